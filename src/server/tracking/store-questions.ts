import type { ApiContext } from './api-context.ts'

/**
 * What the thread that does HTTP asks of the stores for routes of its own, such as those that stream artifacts.
 * Each reads only, and gives a text.
 */
export const STORE_QUESTIONS = {
  /** @param runId of a run, in any state. @returns the URI of its artifacts */
  artifactUriOfRun: async ({ tracking }: ApiContext, runId = '') =>
    (await tracking.runs.getInfo(runId)).artifactUri,

  /** @returns the URI of the files of a version of a registered model */
  artifactUriOfVersion: ({ registry }: ApiContext, name = '', version = '') =>
    registry.modelVersions.getDownloadUri(name, version),

  /** @returns the URI of the files of a logged model that is not deleted */
  artifactUriOfLoggedModel: async ({ tracking }: ApiContext, modelId = '') =>
    (await tracking.loggedModels.get(modelId)).artifactLocation,
} as const satisfies Readonly<Record<string, Question>>

type Question = (context: ApiContext, ...about: string[]) => Promise<string>

export type StoreQuestion = keyof typeof STORE_QUESTIONS
