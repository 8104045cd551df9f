export { type ModelJson, readModelJson } from '../../tfjs-model-json.ts'
