import { operator } from '../graph/operator.ts'
import type { Dimension, Shape, Value } from '../graph/value.ts'
import { NotCompiled } from '../not-compiled.ts'

export interface EinsumAttributes {
  /** `abc,cd->abd`: a letter a dimension. */
  readonly equation: string
}

export const einsum = operator<EinsumAttributes>({
  name: 'Einsum',
  semantics: 'TensorFlow Einsum without broadcasting, TF.js decodeEinsumEquation',
  infer: (operands, { equation }) => {
    if (operands.some(({ type }) => type !== 'float32'))
      throw new NotCompiled('operands that are not float32')
    return [{ type: 'float32', shape: resultShape(operands, equation) }]
  },
  lower: (lowering, { operands, attributes, results }) => {
    const names = operands.map((operand) => lowering.channelsLast(operand))
    const equation = attributes.equation.replaceAll(' ', '')
    lowering.define(results[0]!, lowering.onnx.node('Einsum', names, { equation }))
  },
})

const EQUATION = /^[a-zA-Z]*(,[a-zA-Z]*)*->[a-zA-Z]*$/

function resultShape(operands: readonly Value[], equation: string): Shape {
  const text = equation.replaceAll(' ', '')
  if (!EQUATION.test(text)) throw new NotCompiled(`equation '${equation}'`)
  const [left, right] = text.split('->') as [string, string]
  const terms = left.split(',')
  if (terms.length !== operands.length) throw new NotCompiled(`${operands.length} operands for '${equation}'`)
  if ([...terms, right].some((term) => new Set(term).size < term.length))
    throw new NotCompiled(`a letter twice in one term of '${equation}'`)
  const dims = dimensions(terms, operands)
  return [...right].map((letter) => {
    const dim = dims.get(letter)
    if (dim === undefined)
      throw new NotCompiled(`'${letter}' of the result is in no operand of '${equation}'`)
    return dim
  })
}

function dimensions(terms: readonly string[], operands: readonly Value[]): ReadonlyMap<string, Dimension> {
  const dims = new Map<string, Dimension>()
  for (const [index, term] of terms.entries()) {
    const { shape } = operands[index]!
    if (shape.length !== term.length) throw new NotCompiled(`'${term}' for ${shape.length} dimensions`)
    for (const [axis, letter] of [...term].entries()) {
      const known = dims.get(letter) ?? null
      const dim = shape[axis]!
      if (known !== null && dim !== null && known !== dim)
        throw new NotCompiled(`dimensions ${known} and ${dim} are both '${letter}'`)
      dims.set(letter, known ?? dim)
    }
  }
  return dims
}
