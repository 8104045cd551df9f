/** A layer of a Keras configuration: `class_name` and `config`. */
export interface LayerEntry {
  readonly name: string
  readonly className: string
  readonly config: Readonly<Record<string, unknown>>
}
