import type { ModelRegistration, Registered } from './model-registration.ts'

/**
 * Changes a registry, whether it is a database or an MLflow server. What a name names must be there, or the method
 * throws ServingError RESOURCE_DOES_NOT_EXIST.
 */
export interface RegistryWriter {
  /** Makes a version of a model's files, and the registered model where it is not there. */
  register(registration: ModelRegistration): Promise<Registered>
  /** Sets the alias, or moves it. */
  setAlias(name: string, alias: string, version: string): Promise<void>
  /** No error where the model has no such alias. */
  deleteAlias(name: string, alias: string): Promise<void>
  /** With all its versions; their files stay. */
  deleteModel(name: string): Promise<void>
  /** Its number is not given again; its files stay. */
  deleteVersion(name: string, version: string): Promise<void>
  close(): Promise<void>
}
