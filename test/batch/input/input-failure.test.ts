import { expect, test } from 'vitest'
import { inputFailure } from '../../../src/batch/input/input-failure.ts'
import { ByteReader } from '../../../src/batch/input/json/byte-reader.ts'
import { ParquetFile } from '../../../src/batch/input/parquet/parquet-file.ts'

/** A file that is there and whose first bytes cannot be read: EIO, as of a disk that fails. */
const FAILING = '/proc/self/mem'
const AWAY = {
  code: 'TEMPORARILY_UNAVAILABLE',
  message: expect.stringMatching(/^The input cannot be read now: EIO/),
}

test('a read that fails for the moment is told as such, of each kind of file', () => {
  const [reader, parquet] = [new ByteReader(FAILING), new ParquetFile(FAILING)]
  for (const read of [() => reader.next(), () => reader.read(0, 4), () => parquet.read(0, 4)]) {
    expect(read).toThrow(expect.objectContaining(AWAY))
  }
  reader.close()
  parquet.close()
})

test.each([
  ['ESTALE', 'TEMPORARILY_UNAVAILABLE', 'The input cannot be opened now: of a test'],
  ['EACCES', 'INVALID_PARAMETER_VALUE', 'The input cannot be opened: of a test'],
])('%s is told as %s', (cause, code, message) => {
  const error = Object.assign(new Error('of a test'), { code: cause, syscall: 'open' })
  expect(inputFailure(error, 'opened')).toMatchObject({ code, message })
})

test('a file that is not there is none that may come back', () => {
  for (const open of [() => new ByteReader('/no/such/rows'), () => new ParquetFile('/no/such/rows')]) {
    expect(open).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }))
  }
})
