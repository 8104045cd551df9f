import { afterAll, expect, it } from 'vitest'
import { pythonPath } from '../../e2e/support/python.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { compareCsvFiles } from './compare-csv-files.ts'
import { compareParquetFiles } from './compare-parquet-files.ts'
import { PandasProcess } from './pandas-process.ts'
import { PredictRun } from './predict-run.ts'

const INPUTS = Number(process.env['HEADRACE_SOAK_REQUESTS'] ?? 6_000)
const SEED = Number(process.env['HEADRACE_SOAK_SEED'] ?? 1)
/** Of the unlisted differences, how many the failure shows. */
const SHOWN = 10

const python = new PandasProcess(pythonPath())
const init = { python, folder: temporaryFolder(), seed: SEED }

afterAll(() => python.close())

it(`predicts ${INPUTS} generated inputs as MLflow does, whole and in blocks (seed ${SEED})`, async () => {
  const { unlisted, ...counts } = await new PredictRun({ ...init, inputs: INPUTS }).run()
  console.log({ ...counts, unlisted: unlisted.length })
  expect(counts.predictions).toBeGreaterThan(INPUTS / 10)
  expect(unlisted.slice(0, SHOWN)).toEqual([])
})

it(`reads ${INPUTS / 2} generated CSV files in blocks as pandas reads them whole (seed ${SEED})`, async () => {
  const differences = await compareCsvFiles({ ...init, files: INPUTS / 2 })
  expect(differences.slice(0, SHOWN)).toEqual([])
})

it(`reads ${INPUTS / 4} generated parquet files in blocks as pandas does (seed ${SEED})`, async () => {
  const differences = await compareParquetFiles({ ...init, files: INPUTS / 4 })
  expect(differences.slice(0, SHOWN)).toEqual([])
})
