import { invalidParameter } from '../core/errors.ts'
import { TFJS_ENGINES, type TfjsEngineChoice } from '../flavors/engine-choice.ts'
import { FLAVOR_NAMES } from '../flavors/flavor-table.ts'
import { type SettingsOf, setting } from './setting.ts'
import { oneOf } from './values.ts'

/** The part of the settings table that every command has that opens models. */
export const ENGINE_SETTINGS = {
  tfjsEngine: setting<TfjsEngineChoice>({
    flags: '--tfjs-engine <engine>',
    variable: 'HEADRACE_TFJS_ENGINE',
    default: 'auto',
    help: 'What runs TF.js models: onnxruntime (compiled to ONNX, refused where that is not equal), wasm, tfjs-node or cpu (TF.js itself), or auto (the first of them that serves the model)',
    parse: oneOf(TFJS_ENGINES),
  }),
  flavor: setting<string | undefined>({
    variable: 'MLFLOW_DEPLOYMENT_FLAVOR_NAME',
    default: undefined,
    defaultText: 'the first that a model has',
    help: `Flavor that is served of each model, as in MLflow's images: ${FLAVOR_NAMES.join(', ')}; python_function for whichever it has`,
    parse: flavorName,
  }),
} as const

export type EngineSettings = SettingsOf<typeof ENGINE_SETTINGS>

/** MLflow names its images' flavor so, unless it is told another: what stands behind it is the model's own. */
const ANY_FLAVOR = 'python_function'

function flavorName(value: string): string | undefined {
  if (value === ANY_FLAVOR) return undefined
  if (FLAVOR_NAMES.includes(value)) return value
  throw invalidParameter(`'${value}' is not a flavor that Headrace serves (${FLAVOR_NAMES.join(', ')})`)
}
