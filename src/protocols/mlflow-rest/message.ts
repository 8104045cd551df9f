/**
 * MLflow's REST messages: the protobuf messages of `service.proto`, `model_registry.proto` and
 * `mlflow_artifacts.proto` (MLflow 3.17.2), which travel as JSON. A message is its fields under their wire names,
 * in the order of their numbers, which is the order in which MLflow writes them. In TypeScript a field has its
 * name in camel case, so entities with the same names are written as they are.
 */
export interface Message<Fields extends FieldTable = FieldTable> {
  /** As in the proto file. */
  readonly name: string
  readonly fields: Fields
}

export type FieldTable = Readonly<Record<string, Field>>

export interface Field<Value = unknown, Repeated extends boolean = boolean> {
  readonly kind: FieldKind
  readonly repeated: Repeated
  /** The fields of a field of kind `message`. */
  readonly message?: Message
  /** The numbers of the names of a field of kind `enum`. */
  readonly enumeration?: Enumeration
  /** For the compiler alone: the type of one value. */
  readonly value?: Value
}

/** `int64` is a number, rounded beyond 2^53; `exact-int64` is a bigint there. */
export type FieldKind = 'string' | 'bool' | 'int32' | 'int64' | 'exact-int64' | 'double' | 'enum' | 'message'

export type Enumeration = Readonly<Record<string, number>>

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Rest}`
  ? `${Head}${Capitalize<CamelCase<Rest>>}`
  : Name

type ValueOf<F extends Field> = F extends Field<infer Value, infer _> ? Value : never

/** A message as it was read: what was not sent is undefined, and a list without items is empty. */
export type Incoming<M extends Message> = {
  readonly [Name in keyof M['fields'] & string as CamelCase<Name>]: M['fields'][Name] extends Field<
    infer Value,
    true
  >
    ? readonly IncomingValue<Value>[]
    : IncomingValue<ValueOf<M['fields'][Name]>> | undefined
}

type IncomingValue<Value> = Value extends Message ? Incoming<Value> : Value

/** A message to be written: what is undefined, and a list without items, is left out. */
export type Outgoing<M extends Message> = {
  readonly [Name in keyof M['fields'] & string as CamelCase<Name>]?:
    | (M['fields'][Name] extends Field<infer Value, true>
        ? readonly OutgoingValue<Value>[]
        : OutgoingValue<ValueOf<M['fields'][Name]>>)
    | undefined
}

type OutgoingValue<Value> = Value extends Message ? Outgoing<Value> : Value

export function message<const Fields extends FieldTable>(name: string, fields: Fields): Message<Fields> {
  return { name, fields }
}

export function text(): Field<string, false> {
  return { kind: 'string', repeated: false }
}

export function bool(): Field<boolean, false> {
  return { kind: 'bool', repeated: false }
}

export function int32(): Field<number, false> {
  return { kind: 'int32', repeated: false }
}

/** For times, sizes and counts. */
export function int64(): Field<number, false> {
  return { kind: 'int64', repeated: false }
}

/** For numbers that a client may choose from the whole range: the step of a metric. */
export function exactInt64(): Field<number | bigint, false> {
  return { kind: 'exact-int64', repeated: false }
}

export function double(): Field<number, false> {
  return { kind: 'double', repeated: false }
}

export function enumeration<const Names extends Enumeration>(
  names: Names,
): Field<keyof Names & string, false> {
  return { kind: 'enum', repeated: false, enumeration: names }
}

export function nested<M extends Message>(of: M): Field<M, false> {
  return { kind: 'message', repeated: false, message: of }
}

export function repeated<Value>(field: Field<Value, false>): Field<Value, true> {
  return { ...field, repeated: true } as Field<Value, true>
}

/** `run_uuid` is `runUuid`. */
export function camelCase(wireName: string): string {
  return wireName.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}
