import { INPUT_FORMATS, type InputFormat, OUTPUT_FORMATS, type OutputFormat } from '../batch/formats.ts'
import type { Shard } from '../batch/shard.ts'
import { ENGINE_SETTINGS } from './engine-settings.ts'
import { planOf } from './model-settings.ts'
import { REGISTRY_SETTINGS } from './registry-settings.ts'
import { flag, type SettingsOf, setting } from './setting.ts'
import { appended, bytes, jsonObject, oneOf, positiveInteger, shard, text } from './values.ts'

/** The settings of `headrace predict`. Flags are those of `mlflow models predict` (3.17.2) where that has one. */
export const PREDICT_SETTINGS = {
  modelUri: setting<string | undefined>({
    flags: '-m, --model-uri <uri>',
    variable: 'HEADRACE_MODEL_URI',
    default: undefined,
    help: 'Model that predicts: any URI that `headrace serve` takes',
    // An image gives its model a name, as `headrace serve` takes it.
    parse: (value) => planOf(value).uri,
  }),
  inputPath: setting<string | undefined>({
    flags: '-i, --input-path <file>',
    default: undefined,
    defaultText: 'standard input, also as -',
    help: 'Rows to be predicted',
    parse: text,
  }),
  outputPath: setting<string | undefined>({
    flags: '-o, --output-path <file>',
    default: undefined,
    defaultText: 'standard output, also as -',
    help: 'Where the predictions are written; a file has its name when it is complete. {shard} in it is the part of --shard: 00003-of-00008',
    parse: text,
  }),
  contentType: setting<InputFormat | undefined>({
    flags: '-t, --content-type <format>',
    default: undefined,
    defaultText: "by the input's extension, else json",
    help: `Format of the input: ${INPUT_FORMATS.join(', ')}`,
    parse: oneOf(INPUT_FORMATS),
  }),
  outputFormat: setting<OutputFormat | undefined>({
    flags: '--output-format <format>',
    default: undefined,
    defaultText: "by the output's extension, else json",
    help: `Format of the output: ${OUTPUT_FORMATS.join(', ')}; json is one reply as of MLflow's scoring server`,
    parse: oneOf(OUTPUT_FORMATS),
  }),
  append: flag({
    flags: '--append',
    help: 'Add the predictions to the columns of the input',
  }),
  params: setting<string | undefined>({
    flags: '--params <json>',
    default: undefined,
    help: 'Parameters of the model, for inputs that have no room for them: {"threshold": 0.5}',
    parse: jsonObject,
  }),
  shard: setting<Shard | undefined>({
    flags: '--shard <index/count>',
    variable: 'HEADRACE_SHARD',
    default: undefined,
    help: 'Predict one of several contiguous parts of the input, counted from 0; their outputs together are the whole',
    parse: shard,
  }),
  resume: flag({
    flags: '--resume',
    help: 'Go on where an interrupted run of the same command stopped, if there was one',
  }),
  resumeIfSame: flag({
    flags: '--resume-if-same',
    help: 'The same, but begin anew where the input, the model or an option has changed since: for jobs that are repeated',
  }),
  badRows: setting<string | undefined>({
    flags: '--bad-rows <file>',
    default: undefined,
    help: 'List rows that fail as JSON lines and go on; without it the first one ends the run',
    parse: text,
  }),
  workers: setting<number | undefined>({
    flags: '-w, --workers <count>',
    variable: 'MLFLOW_MODELS_WORKERS',
    default: undefined,
    defaultText: 'one for each core',
    help: 'Worker threads, each with a session of its own',
    parse: positiveInteger,
  }),
  batchRows: setting({
    flags: '--batch-rows <count>',
    variable: 'HEADRACE_BATCH_ROWS',
    default: 2048,
    help: 'Most rows of one run of the engine',
    parse: positiveInteger,
  }),
  blockBytes: setting({
    flags: '--block-size <size>',
    variable: 'HEADRACE_BLOCK_SIZE',
    default: 512 * 1024,
    defaultText: '512k',
    help: 'Size of the parts that the input is cut into',
    parse: bytes,
  }),
  ...ENGINE_SETTINGS,
  ...REGISTRY_SETTINGS,
  envManager: setting<string | undefined>({
    flags: '--env-manager <name>',
    default: undefined,
    help: 'Taken for compatibility with mlflow models predict: no Python environment is needed',
    parse: text,
    hidden: true,
  }),
  noConda: flag({
    flags: '--no-conda',
    help: 'Taken for compatibility with mlflow models predict',
    hidden: true,
  }),
  installMlflow: flag({
    flags: '--install-mlflow',
    help: 'Taken for compatibility with mlflow models predict',
    hidden: true,
  }),
  pipRequirementsOverride: setting<string | undefined>({
    flags: '-r, --pip-requirements-override <requirements>',
    default: undefined,
    help: 'Taken for compatibility with mlflow models predict',
    parse: text,
    hidden: true,
  }),
  env: setting<readonly string[]>({
    flags: '--env <assignment>',
    default: [],
    help: 'Taken for compatibility with mlflow models predict',
    parse: appended,
    hidden: true,
  }),
} as const

export type PredictSettings = SettingsOf<typeof PREDICT_SETTINGS>
