import type { RegisteredModel } from '../../entities/registered-model.ts'
import type { Tag } from '../../entities/tag.ts'
import type { Page } from '../search/page.ts'
import type { RegistrySearch } from './registry-search.ts'

export interface NewRegisteredModel {
  readonly name: string
  readonly description?: string | undefined
  /** Of a key that comes twice the last value counts. */
  readonly tags?: readonly Tag[]
}

/**
 * Registered models with their tags and aliases. What a name or number names must be there, or the method throws
 * ServingError RESOURCE_DOES_NOT_EXIST; a name that breaks MLflow's rules is INVALID_PARAMETER_VALUE. Latest
 * versions come without their aliases, which stand at the model.
 */
export interface RegisteredModelStore {
  /** @throws ServingError RESOURCE_ALREADY_EXISTS */
  create(model: NewRegisteredModel): Promise<RegisteredModel>
  get(name: string): Promise<RegisteredModel>
  /** All but the prompts, which MLflow keeps in the same tables; by name. */
  list(): Promise<readonly RegisteredModel[]>
  /** Without the prompts unless the filter asks for them. At most 1000 results. */
  search(search: RegistrySearch): Promise<Page<RegisteredModel>>
  /** With the versions, aliases and tags. @throws ServingError RESOURCE_ALREADY_EXISTS */
  rename(name: string, newName: string): Promise<RegisteredModel>
  update(name: string, description: string): Promise<RegisteredModel>
  /** Removes the model with its versions, aliases and tags. */
  delete(name: string): Promise<void>
  /** Sets the tag, or gives it another value. */
  setTag(name: string, tag: Tag): Promise<void>
  /**
   * Sets the tag to what `change` makes of its value (undefined where there is none), or leaves it where that is undefined; nobody
   * else changes it in between. @returns its value afterwards
   * @param change no work but this: it is called again where another transaction came between
   */
  changeTag(
    name: string,
    key: string,
    change: (value: string | undefined) => string | undefined,
  ): Promise<string | undefined>
  /** No error where the model has no such tag. */
  deleteTag(name: string, key: string): Promise<void>
  /** Sets the alias, or moves it. */
  setAlias(name: string, alias: string, version: string): Promise<void>
  /** No error where the model has no such alias. */
  deleteAlias(name: string, alias: string): Promise<void>
}
