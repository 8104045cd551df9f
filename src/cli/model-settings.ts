import { isPathSegment } from '../core/path-segment.ts'
import type { ModelPlan } from '../runtime/model-plan.ts'
import type { ModelsFile } from './models-file.ts'
import { type SettingsOf, setting } from './setting.ts'
import { usageError } from './usage-error.ts'
import { text } from './values.ts'

/** The part of the settings table that says what is served. */
export const MODEL_SETTINGS = {
  modelUri: setting<readonly string[]>({
    flags: '-m, --model-uri <uri>',
    variable: 'HEADRACE_MODEL_URI',
    default: [],
    help: 'Model to serve: models:/name@alias, models:/name/3, runs:/id/path, mlflow-artifacts:/path, https://…, a model folder, or an .onnx file; NAME=URI serves it as NAME. Repeat it for several models (in the variable: one a line), of which the first is the default',
    parse: appendedLines,
  }),
  modelsFile: setting<string | undefined>({
    flags: '--models-file <file>',
    variable: 'HEADRACE_MODELS_FILE',
    default: undefined,
    help: 'YAML file that names models, their versions, and how each is served; they come after those of -m',
    parse: text,
  }),
} as const

export type ModelSettings = SettingsOf<typeof MODEL_SETTINGS>

/**
 * The models that a server starts with; the first is the default, and the first of a name its preferred version.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export async function modelPlans({ modelUri, modelsFile }: ModelSettings): Promise<readonly ModelPlan[]> {
  const named = modelUri.map(planOf)
  const file = modelsFile === undefined ? NO_FILE : await readFile(modelsFile)
  const { plans, isDefaultNamed, namesModels } = file
  if (named.length === 0 && !namesModels) {
    throw usageError('No model is named: add --model-uri (-m) URI, or --models-file FILE')
  }
  return isDefaultNamed ? [...plans, ...named] : [...named, ...plans]
}

const NO_FILE: ModelsFile = { plans: [], isDefaultNamed: false, namesModels: false }

async function readFile(file: string): Promise<ModelsFile> {
  const { readModelsFile } = await import('./models-file.ts')
  return await readModelsFile(file)
}

/** `name=uri`; a path with `=` in its first part begins with `./` or `/`. @throws ServingError INVALID_PARAMETER_VALUE */
export function planOf(given: string): ModelPlan {
  const [, name, uri = given] = /^([A-Za-z0-9._-]+)=(.*)$/s.exec(given) ?? []
  if (uri === '') throw usageError(`'${given}' names no model: write NAME=URI`)
  if (name === undefined) return { uri }
  if (!isPathSegment(name)) throw usageError(`The name '${name}' cannot be part of a path`)
  return { name, uri }
}

/** A path may hold spaces, but hardly the end of a line. */
function appendedLines(value: string, previous: readonly string[]): readonly string[] {
  const lines = value.split(/\r?\n/).map((line) => line.trim())
  return [...previous, ...lines.filter((line) => line !== '')]
}
