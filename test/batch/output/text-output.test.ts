import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { expect, test } from 'vitest'
import { StreamOutput } from '../../../src/batch/output/text-output.ts'

test('a stream that cannot be opened says why, though that was before anything was written', async () => {
  const stream = createWriteStream('/no/such/folder/pipe')
  await once(stream, 'error')
  const output = new StreamOutput(stream)
  await expect(output.write(Buffer.from('x'))).rejects.toMatchObject({
    code: 'CANCELLED',
    message: expect.stringContaining('/no/such/folder/pipe'),
  })
})
