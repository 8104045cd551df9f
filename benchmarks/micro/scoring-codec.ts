/**
 * What does a request of MLflow's scoring protocol cost to read, and its reply to write? For the bodies of the scenarios,
 * beside a bare JSON.parse and JSON.stringify of the same.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Tensor } from '../../src/core/tensor.ts'
import { readMlModel } from '../../src/flavors/read-mlmodel.ts'
import { compileScoringCodec } from '../../src/protocols/mlflow-scoring/compile-scoring-codec.ts'
import type { DecodedScoringRequest } from '../../src/protocols/mlflow-scoring/scoring-codec.ts'
import { allScenarios } from '../contest/all-scenarios.ts'
import { callCost } from '../lib/call-cost.ts'
import { machine } from '../lib/report.ts'
import { requestOf } from '../workloads/request.ts'
import type { Workload } from '../workloads/workload.ts'

async function codecOf({ folder, input, output }: Workload) {
  const { signature } = await readMlModel(folder)
  const anyRows = ({ name, datatype, shape }: Workload['input'] | Workload['output']) => ({
    ...{ name, datatype },
    shape: [-1, ...shape.slice(1)],
  })
  return compileScoringCodec({ signature, inputs: [anyRows(input)], outputs: [anyRows(output)] })
}

function answerOf({ output, expected }: Workload): Tensor {
  const { datatype, shape } = output
  return datatype === 'FP64'
    ? { datatype, shape, data: Float64Array.from(expected) }
    : { datatype, shape, data: Float32Array.from(expected) }
}

const folder = mkdtempSync(join(tmpdir(), 'headrace-micro-'))
const table = []
for (const scenario of await allScenarios()) {
  if (scenario.wire !== 'json') continue
  const workload = await scenario.workload(folder)
  const codec = await codecOf(workload)
  const { body } = requestOf(workload, 'mlflow')
  const { form } = codec.decode(body, 'application/json') as DecodedScoringRequest
  const outputs = new Map([[workload.output.name, answerOf(workload)]])
  const reply: unknown = JSON.parse(codec.encode(outputs, form))
  table.push({
    ...{ scenario: scenario.name, bytes: body.length },
    'decode us': callCost(() => codec.decode(body, 'application/json')).toPrecision(3),
    'JSON.parse us': callCost(() => JSON.parse(body.toString())).toPrecision(3),
    'encode us': callCost(() => codec.encode(outputs, form)).toPrecision(3),
    'JSON.stringify us': callCost(() => JSON.stringify(reply)).toPrecision(3),
  })
}
rmSync(folder, { recursive: true, force: true })
console.log(machine())
console.table(table)
