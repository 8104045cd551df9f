import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { PredictedBlock } from '../../../src/batch/batch-messages.ts'
import type { BatchOptions } from '../../../src/batch/batch-options.ts'
import { BatchOutput } from '../../../src/batch/output/batch-output.ts'
import { type Checkpoint, Journal, lastCheckpoint } from '../../../src/batch/output/journal.ts'
import { openOutput, publishFinished } from '../../../src/batch/output/open-output.ts'
import { PartialFile } from '../../../src/batch/output/partial-file.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const identity = { input: 'i' }
const AT = { offset: 10, line: 2 }

/** In memory of its own, as it comes from a worker. */
function predicted(): PredictedBlock {
  const [first, second] = ['1, 2', '3, 4'].map((text) => Uint8Array.from(Buffer.from(text)))
  const shape = { kind: 'tensors', keys: ['"a": ', '"b": '] } as const
  return { rows: 2, shape, parts: [first!, second!], badRows: [] }
}

function open(path: string | undefined, from?: Checkpoint): Promise<BatchOutput> {
  return openOutput({
    options: { output: path, outputFormat: 'json', badRowsPath: undefined } as BatchOptions,
    stdout: new PassThrough(),
    journal: path === undefined ? undefined : { path, identity },
    from,
  })
}

/** A run that died when all was written and nothing had its name. */
async function writtenToItsEnd(path: string): Promise<Checkpoint> {
  const output = await open(path)
  await output.append(predicted(), AT)
  await output.checkpoint()
  await output.close()
  const last = await lastCheckpoint({ path, identity })
  const finished = { ...last!, finished: true, id: 'a1' }
  const journal = await Journal.create({ path, identity }, finished)
  await journal.close()
  return finished
}

describe('the output of a run', () => {
  it('gets its name, with nothing left beside it', async () => {
    const folder = temporaryFolder()
    const output = await open(join(folder, 'out.json'))
    await output.append(predicted(), AT)
    await output.finish()
    await output.close()
    expect(readdirSync(folder)).toEqual(['out.json'])
    expect(readFileSync(join(folder, 'out.json'), 'utf8')).toBe('{"predictions": {"a": [1, 2], "b": [3, 4]}}')
  })

  it('gets it also from the run behind one that died before it could give it', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'out.json')
    const finished = await writtenToItsEnd(path)
    await publishFinished({ path, identity }, undefined, finished)
    expect(readdirSync(folder)).toEqual(['out.json'])
  })

  it('keeps it where that run had come so far', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'out.json')
    const output = await open(path)
    await output.append(predicted(), AT)
    await output.finish()
    await output.close()
    const journal = await Journal.create({ path, identity })
    await journal.close()
    const finished = { position: AT, rows: 2, badRows: 0, badBytes: 0, writer: {}, finished: true }
    await publishFinished({ path, identity }, undefined, finished)
    expect(readdirSync(folder)).toEqual(['out.json'])
  })

  it('is not named by an older journal once it was begun anew', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'out.json')
    await writtenToItsEnd(path)
    writeFileSync(`${path}.list1.partial`, '')
    const output = await open(path)
    await output.close()
    expect(await lastCheckpoint({ path, identity })).toBeUndefined()
  })

  it('is given up by the run that began before another one with the same output', async () => {
    const path = join(temporaryFolder(), 'out.json')
    const [first, second] = [await open(path), await open(path)]
    await first.append(predicted(), AT)
    await expect(first.checkpoint()).rejects.toThrow(/another run/)
    await first.close()
    await second.append(predicted(), AT)
    await second.finish()
    await second.close()
    expect(readFileSync(path, 'utf8')).toBe('{"predictions": {"a": [1, 2], "b": [3, 4]}}')
    expect(readdirSync(join(path, '..'))).toEqual(['out.json'])
  })

  it('is given up by a run that another goes on from, and is whole all the same', async () => {
    const path = join(temporaryFolder(), 'out.json')
    const first = await open(path)
    await first.append(predicted(), AT)
    await first.checkpoint()
    // Of a run that died while it made its copy.
    writeFileSync(`${path}.partial.01234567`, 'half')
    const second = await open(path, await lastCheckpoint({ path, identity }))
    await first.append(predicted(), AT)
    await expect(first.finish()).rejects.toMatchObject({ code: 'RESOURCE_CONFLICT' })
    await first.close()
    expect(existsSync(path)).toBe(false)
    await second.append(predicted(), AT)
    await second.finish()
    await second.close()
    expect(readFileSync(path, 'utf8')).toBe('{"predictions": {"a": [1, 2, 1, 2], "b": [3, 4, 3, 4]}}')
    expect(readdirSync(join(path, '..'))).toEqual(['out.json'])
  })

  it('is never the unfinished file of another run, which keeps it', async () => {
    const path = join(temporaryFolder(), 'out.csv')
    const first = await PartialFile.open(path)
    await first.sync()
    const second = await PartialFile.open(path)
    // Between the last look at the name and the naming.
    await expect(first.publish('a1')).rejects.toMatchObject({ code: 'RESOURCE_CONFLICT' })
    expect(existsSync(path)).toBe(false)
    await second.write(Buffer.from('whole'))
    await second.sync()
    await second.publish('b2')
    expect(readFileSync(path, 'utf8')).toBe('whole')
    await first.close()
    await second.close()
  })

  it.each(['hidden', 'named'])('is found by the run behind one that died while it was %s', async (state) => {
    const path = join(temporaryFolder(), 'out.json')
    const finished = await writtenToItsEnd(path)
    writeFileSync(path, 'of yesterday')
    renameSync(`${path}.partial`, state === 'hidden' ? `${path}.partial.${finished.id}` : path)
    const whole = readFileSync(state === 'hidden' ? `${path}.partial.${finished.id}` : path, 'utf8')
    await publishFinished({ path, identity }, undefined, finished)
    expect(readFileSync(path, 'utf8')).toBe(whole)
    expect(readdirSync(join(path, '..'))).toEqual(['out.json'])
  })

  it('needs a folder', async () => {
    const folder = join(temporaryFolder(), 'not there')
    await expect(open(join(folder, 'out.json'))).rejects.toThrow(
      `The output '${join(folder, 'out.json')}' cannot be written: there is no folder '${folder}'`,
    )
  })

  it('leaves nothing where it was a stream', async () => {
    const spooled = () => readdirSync(tmpdir()).filter((name) => name.startsWith('headrace-predict-'))
    const before = spooled()
    const output = await open(undefined)
    await output.append(predicted(), AT)
    const [folder = ''] = spooled().filter((name) => !before.includes(name))
    expect(existsSync(join(tmpdir(), folder, 'output.list1.partial'))).toBe(true)
    await output.finish()
    await output.close()
    expect(existsSync(join(tmpdir(), folder))).toBe(false)
  })

  it('says in one sentence that there is no room for it', async () => {
    const stuck = async (): Promise<never> => {
      throw Object.assign(new Error('no space'), { code: 'ENOSPC', syscall: 'write' })
    }
    const writer = {
      ...{ append: stuck, sync: stuck, finish: stuck, publish: stuck, close: async () => {} },
      state: () => undefined,
    }
    const output = new BatchOutput({ writer, badRows: undefined, journal: undefined, from: undefined })
    await expect(output.append(predicted(), AT)).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED' })
    await expect(output.finish()).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED' })
  })
})
