import type { BundledModel } from './bundled-models.ts'
import { pythonProgram } from './python.ts'

/** What `train.py` left on a tracking server. */
export interface Trained {
  /** Registered, with the versions 1 to 4, the aliases `challenger` (1) and `champion` (2), Staging (1), Production (3). */
  readonly name: string
  /** Registered, with characters that URLs mind, and the alias `größer`. */
  readonly oddName: string
  /** Among the files of the plain run's model. */
  readonly oddFile: string
  /** Of the first two versions, whose logged models are called `name`. */
  readonly runs: readonly [string, string]
  readonly models: readonly [string, string]
  /** A run with a model among its artifacts: version 4. */
  readonly plainRun: string
  readonly plainPath: string
  readonly experiment: string
  readonly example: { readonly columns: readonly string[]; readonly data: readonly (readonly number[])[] }
  /** What each version answers to the example in Python. Version 3 is the model of version 1. */
  readonly answers: readonly unknown[]
}

/** Trains models in Python and leaves them on a tracking server. */
export async function train(trackingUri: string): Promise<Trained> {
  return (await pythonProgram('train.py', { args: [trackingUri] })) as Trained
}

/** Registers models on a tracking server, files and all; each version gets the alias `champion` in turn. */
export async function registerModels(
  trackingUri: string,
  models: readonly BundledModel[],
  env: NodeJS.ProcessEnv = {},
): Promise<void> {
  const args = [trackingUri, ...models.map(({ name, folder }) => `${name}=${folder}`)]
  await pythonProgram('register.py', { args, env })
}
