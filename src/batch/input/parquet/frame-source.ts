import type { Frame } from '../../../protocols/mlflow-scoring/frame.ts'

/** The rows of a file as a frame, some at a time. */
export interface FrameSource {
  readonly rows: number
  readonly columnNames: readonly (string | number)[]
  /** Reads from a row on. @throws ServingError BAD_REQUEST */
  from(row: number): FrameReader
}

export interface FrameReader {
  /** The next rows. @throws ServingError BAD_REQUEST where the file is damaged */
  read(rows: number): Frame
}
