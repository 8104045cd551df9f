import { readFileSync } from 'node:fs'
import type { BatchOptions } from '../../../src/batch/batch-options.ts'
import { ServingError } from '../../../src/core/errors.ts'
import { predictInThread } from './in-thread-run.ts'

/** What came of a run: the output, or why there is none. */
export type Outcome = { readonly text: string } | { readonly error: string }

/** An error that is not a ServingError is a defect, and rejects. */
export async function outcomeOf(
  options: BatchOptions & { readonly inputPath: string; readonly output: string },
): Promise<Outcome> {
  try {
    await predictInThread(options, options.inputPath)
    return { text: readFileSync(options.output, 'utf8') }
  } catch (error) {
    if (!(error instanceof ServingError)) throw error
    return { error: error.message }
  }
}

export function textOf(outcome: Outcome): string | undefined {
  return 'text' in outcome ? outcome.text : undefined
}
