/** A key and a text, as runs, experiments, logged models, registered models and versions carry them. */
export interface Tag {
  readonly key: string
  readonly value: string
}
