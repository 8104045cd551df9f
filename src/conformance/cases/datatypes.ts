import type { ConformanceCase } from '../conformance-case.ts'
import type { ReplyTensor } from '../inference-reply.ts'
import { isSame } from '../same-tensors.ts'
import { inputOf, type SampleTensor } from '../sample-request.ts'
import { clauseOf } from '../specification.ts'
import type { TestBench } from '../test-bench.ts'
import { must, notApplicable } from '../verdict.ts'
import { type Element, kindOf, rangeOf } from '../wire/element-types.ts'
import { mustBeRefused } from '../wire/read-answer.ts'

const group = 'datatypes'
const TYPES = clauseOf('protocol', 'Tensor Data Types')
const DATA = clauseOf('protocol', 'Tensor Data')

export const DATATYPE_CASES: readonly ConformanceCase[] = [
  {
    id: 'rest.datatypes.integer-limits',
    group,
    level: 'must',
    title: 'The largest integers of an input that comes back unchanged are exact, with 64 bits too',
    clause: TYPES,
    run: (bench) => mustComeBack(bench, isIntegerType, (datatype) => [rangeOf(datatype)[1], 1n]),
  },
  {
    id: 'rest.datatypes.odd-integers',
    group,
    level: 'must',
    title: 'Integers above 2^53 of an input that comes back unchanged are exact',
    clause: TYPES,
    run: (bench) =>
      mustComeBack(
        bench,
        (datatype) => /INT64$/.test(datatype),
        () => [(1n << 53n) + 1n],
      ),
  },
  {
    id: 'rest.datatypes.texts',
    group,
    level: 'must',
    title: 'Texts of an input that comes back unchanged keep their characters',
    clause: TYPES,
    run: (bench) =>
      mustComeBack(
        bench,
        (datatype) => datatype === 'BYTES',
        () => ['grün "\\/\n\t€ 😀', '', ' blank ', '{"a":[1]}'],
      ),
  },
  {
    id: 'rest.datatypes.booleans',
    group,
    level: 'must',
    title: 'true and false of an input that comes back unchanged stay what they are',
    clause: TYPES,
    run: (bench) =>
      mustComeBack(
        bench,
        (datatype) => datatype === 'BOOL',
        () => [false, true, false],
      ),
  },
  {
    id: 'rest.datatypes.out-of-range',
    group,
    level: 'should',
    title: 'An integer that the datatype does not hold is refused',
    clause: DATA,
    run: (bench) =>
      mustRefuseElement(
        bench,
        isIntegerType,
        (datatype) => rangeOf(datatype)[1] + 1n,
        'an integer out of range',
      ),
  },
  {
    id: 'rest.datatypes.fraction',
    group,
    level: 'should',
    title: 'A fraction in a tensor of integers is refused',
    clause: DATA,
    run: (bench) => mustRefuseElement(bench, isIntegerType, () => 1.5, 'a fraction among integers'),
  },
  {
    id: 'rest.datatypes.wrong-kind',
    group,
    level: 'must',
    title: 'Data that are not of the datatype are refused',
    clause: DATA,
    run: (bench) => mustRefuseElement(bench, () => true, wrongKind, 'data of another kind'),
  },
  {
    id: 'rest.datatypes.null',
    group,
    level: 'should',
    title: 'null is not a value of any datatype',
    clause: DATA,
    run: (bench) =>
      mustRefuseElement(
        bench,
        (datatype) => kindOf(datatype) !== 'float',
        () => null,
        'null',
      ),
  },
]

function isIntegerType(datatype: string): boolean {
  return kindOf(datatype) === 'integer'
}

function wrongKind(datatype: string): string | number {
  return datatype === 'BYTES' ? 7 : 'not a number'
}

type IsWanted = (datatype: string) => boolean

/** Sends values in the place of a sample's first ones, where the model gives that input back as it is. */
async function mustComeBack(
  bench: TestBench,
  isWanted: IsWanted,
  valuesOf: (datatype: string) => readonly Element[],
): Promise<void> {
  const pairs = returnedInputs(bench).filter(([input]) => isWanted(input.datatype))
  if (pairs.length === 0) notApplicable('no such input comes back unchanged from this model')
  for (const [input, output] of pairs) {
    const values = valuesOf(input.datatype)
    const elements = input.elements.map((element, index) => values[index] ?? element)
    const inputs = bench.sample.map((tensor) => inputOf(tensor === input ? { ...tensor, elements } : tensor))
    const { outputs } = await bench.reply({ inputs })
    mustHold(
      outputs.find(({ name }) => name === output.name),
      elements,
    )
  }
}

function mustHold(output: ReplyTensor | undefined, elements: readonly Element[]): void {
  must(output !== undefined, 'the output must be in the reply')
  for (const [index, element] of elements.entries()) {
    const found = output.elements[index]
    const same =
      found !== undefined &&
      (typeof element === 'bigint' ? String(found) === String(element) : isSame(found, element))
    must(same, `element ${index} of ${output.name} must be ${String(element)}`, found)
  }
}

/** Inputs of which the sample's reply has a copy. */
function returnedInputs(bench: TestBench): readonly (readonly [SampleTensor, ReplyTensor])[] {
  const { outputs } = bench.reference
  return bench.sample.flatMap((input) => {
    const copy = outputs.find((output) => isCopy(input, output))
    return copy === undefined || input.elements.length === 0 ? [] : [[input, copy] as const]
  })
}

function isCopy(input: SampleTensor, output: ReplyTensor): boolean {
  return (
    input.datatype === output.datatype &&
    input.shape.join() === output.shape.join() &&
    input.elements.every((element, index) => String(element) === String(output.elements[index]))
  )
}

async function mustRefuseElement(
  bench: TestBench,
  isWanted: IsWanted,
  badValue: (datatype: string) => Element | null,
  mistake: string,
): Promise<void> {
  const target = bench.sample.find(({ datatype, elements }) => isWanted(datatype) && elements.length > 0)
  if (target === undefined) notApplicable('no input has such a datatype')
  const inputs = bench.sample.map((tensor) =>
    tensor === target
      ? { ...inputOf(tensor), data: [badValue(tensor.datatype), ...tensor.elements.slice(1)] }
      : inputOf(tensor),
  )
  mustBeRefused(await bench.infer({ inputs }), mistake)
}
