import { MlflowClient, type MlflowClientOptions } from '../mlflow-client.ts'

/** What the fluent functions work with where a call does not say it. */
const defaults: { client?: MlflowClient | undefined; experiment?: string | undefined } = {}

/** The client of the fluent functions: made from MLflow's variables when it is first needed. */
export function defaultClient(): MlflowClient {
  defaults.client ??= new MlflowClient()
  return defaults.client
}

/** Names the server that the fluent functions log to from now on. */
export function setTrackingUri(trackingUri: string, options?: MlflowClientOptions): void {
  defaults.client = new MlflowClient({ ...options, trackingUri })
}

/** @internal Id of the experiment that `setExperiment` has chosen. */
export function chosenExperiment(): string | undefined {
  return defaults.experiment
}

/** @internal */
export function chooseExperiment(experimentId: string): void {
  defaults.experiment = experimentId
}
