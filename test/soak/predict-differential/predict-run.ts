import { join } from 'node:path'
import type { BatchOptions } from '../../../src/batch/batch-options.ts'
import type { OutputFormat } from '../../../src/batch/formats.ts'
import { WHOLE } from '../../../src/batch/shard.ts'
import type { PreparedModel } from '../../../src/flavors/flavor.ts'
import { flavorFor } from '../../../src/flavors/flavor-table.ts'
import { prepareModel } from '../../../src/runtime/prepare-model.ts'
import type { Answer } from '../mlflow-differential/mlflow-process.ts'
import { type ModelOutline, modelFolders, outlineOf } from '../mlflow-differential/model-outline.ts'
import { Random } from '../mlflow-differential/random.ts'
import { type BatchInput, batchInput, writeInput } from './batch-inputs.ts'
import { type Case, listedReason } from './listed-reasons.ts'
import { type Outcome, outcomeOf, textOf } from './outcome.ts'
import type { PandasProcess } from './pandas-process.ts'
import { hasColumnsOf, hasPredictions, isSameReply, rowsOfReply } from './same-predictions.ts'

/** Inputs of one model that are on their way to MLflow at the same time. */
const BATCH = 50
const NO_LIMIT = 1_000_000_000

export interface PredictRunInit {
  readonly python: PandasProcess
  readonly folder: string
  readonly inputs: number
  readonly seed: number
}

export interface PredictReport {
  readonly inputs: number
  /** MLflow predicted them. */
  readonly predictions: number
  /** Outputs of rows that pandas has read back. */
  readonly readBack: number
  /** By their reason in docs/mlflow-differences.md. */
  readonly listed: Readonly<Record<string, number>>
  readonly unlisted: readonly Case[]
}

interface Asked {
  readonly input: BatchInput
  readonly path: string
  readonly answers: readonly Answer[]
}

type RunOptions = BatchOptions & { readonly inputPath: string; readonly output: string }

/** Puts the same generated inputs to MLflow and to `headrace predict`, whole and in blocks, model by model. */
export class PredictRun {
  readonly #init: PredictRunInit
  readonly #listed: Record<string, number> = {}
  readonly #unlisted: Case[] = []
  #inputs = 0
  #predictions = 0
  #readBack = 0

  constructor(init: PredictRunInit) {
    this.#init = init
  }

  async run(): Promise<PredictReport> {
    const { inputs, seed } = this.#init
    const folders = modelFolders()
    for (const [index, folder] of folders.entries()) {
      const mlmodel = await prepareModel(folder)
      const outline = await outlineOfModel(mlmodel)
      const random = new Random(seed * 1000 + index)
      for (let left = Math.ceil(inputs / folders.length); left > 0; left -= BATCH) {
        for (const asked of await this.#ask(random, outline, Math.min(left, BATCH))) {
          await this.#compare(random, mlmodel, asked)
        }
      }
    }
    return {
      inputs: this.#inputs,
      predictions: this.#predictions,
      readBack: this.#readBack,
      listed: this.#listed,
      unlisted: this.#unlisted,
    }
  }

  #ask(random: Random, outline: ModelOutline, count: number): Promise<Asked[]> {
    const { python, folder } = this.#init
    return Promise.all(
      random
        .times(count, () => batchInput(random, outline))
        .map(async (input, i) => {
          const path = join(folder, `${i}.${input.format}`)
          const answers = await python.predict(writeInput(input, outline.folder, path))
          return { input, path, answers }
        }),
    )
  }

  async #compare(random: Random, mlmodel: PreparedModel, { input, path, answers }: Asked): Promise<void> {
    this.#inputs += 1
    const options = this.#optionsOf(mlmodel, input, path)
    const whole = await outcomeOf(options)
    const blocks = {
      blockBytes: random.pick([1, 1, 8, 30, 100, 1000]),
      batchRows: random.pick([1, 2, 3, 1000]),
    }
    const cut = await outcomeOf({ ...options, ...blocks })
    const good = answers.filter(({ status }) => status === 200)
    if (good.length > 0) this.#predictions += 1
    const given = { model: mlmodel.directory, input, answers, whole, cut }
    this.#judge({ ...given, what: 'MLflow and the whole', isSame: isAnswer(good, whole) })
    this.#judge({ ...given, what: 'the whole and the blocks', isSame: isSameOutcome(whole, cut) })
    const reply = textOf(cut)
    if (reply !== undefined && random.chance(0.25)) {
      const rows = await this.#rowsDifference(random, { ...options, ...blocks }, reply)
      if (rows !== undefined) this.#judge({ ...given, what: 'the reply and the rows', rows, isSame: false })
    }
  }

  #optionsOf(mlmodel: PreparedModel, input: BatchInput, inputPath: string): RunOptions {
    return {
      mlmodel,
      inputPath,
      inputFormat: input.format,
      output: join(this.#init.folder, 'output.json'),
      outputFormat: 'json',
      append: false,
      params: 'params' in input ? input.params : undefined,
      shard: WHOLE,
      resume: false,
      badRowsPath: undefined,
      workers: 1,
      batchRows: NO_LIMIT,
      blockBytes: NO_LIMIT,
      programVersion: '1.0.0',
    }
  }

  #judge({ isSame, ...found }: Case & { readonly isSame: boolean }): void {
    if (isSame) return
    const reason = listedReason(found)
    if (reason === undefined) this.#unlisted.push(found)
    else this.#listed[reason] = (this.#listed[reason] ?? 0) + 1
  }

  /** What is wrong with the predictions in a file of rows, appended or not, as pandas reads it. */
  async #rowsDifference(random: Random, options: RunOptions, reply: string): Promise<string | undefined> {
    const { python, folder } = this.#init
    const outputFormat = random.pick(['csv', 'parquet'] as const satisfies OutputFormat[])
    const output = join(folder, `output.${outputFormat}`)
    const append = random.chance(0.5)
    const outcome = await outcomeOf({ ...options, output, outputFormat, append })
    if ('error' in outcome) return hasNoRows(outcome.error) ? undefined : outcome.error
    this.#readBack += 1
    const read = await python.read(output, outputFormat)
    const rows = rowsOfReply(reply)
    if ('error' in read) return rows.length === 0 ? undefined : read.error
    if (!hasPredictions(read, rows)) return `predictions in ${outcome.text}`
    if (!append || options.inputFormat !== outputFormat) return undefined
    const isWhole = hasColumnsOf(read, await python.read(options.inputPath, outputFormat))
    return isWhole ? undefined : `columns in ${outcome.text}`
  }
}

async function outlineOfModel(mlmodel: PreparedModel): Promise<ModelOutline> {
  const predictor = await (await flavorFor(mlmodel)).load(mlmodel, { intraOpThreads: 1 })
  try {
    return outlineOf(mlmodel, predictor)
  } finally {
    await predictor.close()
  }
}

/** Outputs that are no rows, and inputs without columns, are refused in files of rows. */
function hasNoRows(error: string): boolean {
  return /cannot be written row by row|cannot be appended to this input|have no columns|columns of the output changed/.test(
    error,
  )
}

function isAnswer(good: readonly Answer[], outcome: Outcome): boolean {
  const reply = textOf(outcome)
  if (reply === undefined || good.length === 0) return reply === undefined && good.length === 0
  return good.some(({ body }) => isSameReply(body, reply))
}

function isSameOutcome(a: Outcome, b: Outcome): boolean {
  const [first, then] = [textOf(a), textOf(b)]
  return first === undefined || then === undefined ? first === then : isSameReply(first, then)
}
