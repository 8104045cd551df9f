import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { findTarget } from '../../src/bench/targets/find-target.ts'
import { faultsOf } from '../bench/support/payload-faults.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { run } from './support/headrace-process.ts'
import { MlflowProcess } from './support/mlflow-process.ts'
import { MlserverProcess } from './support/mlserver-process.ts'
import { pythonProgram } from './support/python.ts'

const PLAIN = { payloadFiles: [], headers: {}, rows: 3 }
const LOAD = ['--rate', '20', '--duration', '1s', '--warm-up', '0']

describe('mlflow models serve is measured without a flag', () => {
  const folder = temporaryFolder()
  beforeAll(() => pythonProgram('bench_models.py', { args: [folder] }))

  it.each([
    ['unsigned', 'rows of 6 numbers as inputs, guessed: the server tells no signature'],
    ['tensor', '1 tensor from the error message about its schema'],
    ['columns', '12 columns from the error message about its schema'],
    ['text', 'rows of a text as inputs, guessed: the server tells no signature'],
    ['pydantic', '2 columns from the error message about its type hint'],
    ['hinted', '1 column from the error message about its type hint'],
  ])('with a model of the kind %s', async (kind, source) => {
    const args = ['models', 'serve', '--model-uri', `${folder}/${kind}`, '--env-manager', 'local']
    const server = await MlflowProcess.start({ args, cwd: folder, healthPath: '/ping' })
    onTestFinished(() => server.stop())
    const target = await findTarget(server.url, PLAIN)
    expect(target.found).toEqual([
      'MLflow 3.17.2 scoring server',
      source,
      '64 bodies of 3 rows',
      'answers need a prediction for each row, all finite',
    ])
    expect(await faultsOf(target)).toEqual([])
  })

  it('with a model of a chat, of which the answer has no rows', async () => {
    const args = ['models', 'serve', '--model-uri', `${folder}/chat`, '--env-manager', 'local']
    const server = await MlflowProcess.start({ args, cwd: folder, healthPath: '/ping' })
    onTestFinished(() => server.stop())
    const target = await findTarget(server.url, PLAIN)
    expect(target.found).toEqual([
      'MLflow 3.17.2 scoring server',
      'a message of a chat from the error message about its schema',
      '64 bodies of 1 row',
      "answers are checked by their status alone: no 'predictions' in the answer",
    ])
    expect(await faultsOf(target)).toEqual([])
  })
})

it('MLflow’s tracking server is told from one that predicts', async () => {
  const cwd = temporaryFolder()
  const args = ['server', '--backend-store-uri', `sqlite:///${cwd}/runs.db`]
  const server = await MlflowProcess.start({ args, cwd, healthPath: '/health' })
  onTestFinished(() => server.stop())
  await expect(findTarget(server.url, PLAIN)).rejects.toThrow(
    'is the tracking server of MLflow 3.17.2, which makes no predictions',
  )
})

describe('MLServer is measured without a flag', () => {
  let server: MlserverProcess
  beforeAll(async () => {
    server = await MlserverProcess.start(temporaryFolder())
  })
  afterAll(() => server?.stop())

  it('by V2, though it describes no inputs', async () => {
    const target = await findTarget(server.url, PLAIN)
    expect(target.found).toEqual([
      'mlserver 1.7.1',
      'model iris by V2',
      'a matrix of 4 columns of FP32, guessed: the server does not describe its inputs',
      '64 bodies of 3 rows',
      'answers need a prediction for each row, all finite',
    ])
    expect(await faultsOf(target)).toEqual([])
  })

  it.each(['url', 'grpc'] as const)('from the command line, by its %s', async (address) => {
    const { code, stdout, stderr } = await run({ args: ['bench', server[address], ...LOAD] })
    expect([code, stderr + stdout]).toEqual([0, expect.stringMatching(/model iris by (V2|gRPC)/)])
  })
})
