import { TFJS_ENGINES, type TfjsEngineChoice } from '../flavors/engine-choice.ts'
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
} as const

export type EngineSettings = SettingsOf<typeof ENGINE_SETTINGS>
