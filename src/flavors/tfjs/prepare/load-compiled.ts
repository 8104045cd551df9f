import { existsSync } from 'node:fs'
import type { Predictor } from '../../../core/predictor.ts'
import { NonemptyPredictor } from '../../nonempty-predictor.ts'
import { compiledPlan, type TfjsPlan } from './tfjs-plan.ts'

export interface LoadCompiledOptions {
  readonly directory: string
  readonly plan: TfjsPlan
  readonly intraOpThreads: number
}

/**
 * Opens a compiled model in onnxruntime. Where its copy has gone from the cache since, the model is compiled again, to
 * the same bytes: they were proved.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export async function loadCompiled(options: LoadCompiledOptions): Promise<Predictor> {
  return new NonemptyPredictor(await openCopy(options))
}

async function openCopy(options: LoadCompiledOptions): Promise<Predictor> {
  const { plan, intraOpThreads } = options
  const { copy } = compiledPlan(plan)
  const { openWrittenModel } = await import('../../onnx/open-written-model.ts')
  const how = { intraOpThreads, rowsIndependent: plan.rowsIndependent !== false }
  if ('shared' in copy) return openWrittenModel({ bytes: new Uint8Array(copy.shared) }, how)
  if (existsSync(copy.path)) {
    try {
      return await openWrittenModel({ path: copy.path }, how)
    } catch (error) {
      // It may have gone in between.
      if (existsSync(copy.path)) throw error
    }
  }
  const { compileAgain } = await import('./compile-again.ts')
  return openWrittenModel({ bytes: await compileAgain(options.directory, plan) }, how)
}
