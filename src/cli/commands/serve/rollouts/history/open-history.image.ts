import type { openHistory as openAnyHistory } from './open-history.ts'

/** An image writes to no tracking store, and says so where one is named. */
export const openHistory: typeof openAnyHistory = async ({ settings, plan, log }) => {
  if (settings.trackingUri && settings.rolloutExperiment !== '') {
    log.warn(
      `The history of the rollout ${plan.name} is not recorded: MLFLOW_TRACKING_URI has no effect in an image of a ` +
        'model. The image of Headrace itself records it',
    )
  }
  return undefined
}
