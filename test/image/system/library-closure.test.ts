import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { libraryClosure } from '../../../src/image/system/library-closure.ts'
import { LOADER, MadeSystem } from './support/made-system.ts'

const PLACE = '/usr/local/bin/node'
const LIBRARIES = '/lib/x86_64-linux-gnu'

/** Where the libraries of a program will be, and what they are here. */
async function placesOf(system: MadeSystem, source: string, alsoNeeded: readonly string[] = []) {
  const { root } = system
  const files = await libraryClosure([{ source, place: PLACE }], { root, alsoNeeded })
  return Object.fromEntries(files.map((file) => [file.place, file.source.slice(root.length)]))
}

describe('the libraries of a program', () => {
  test('are those that it needs and those that these need, each once', async () => {
    const system = new MadeSystem()
    system.library(`${LIBRARIES}/libc.so.6`, { needed: ['ld-linux-x86-64.so.2'] })
    system.library(`${LIBRARIES}/liba.so.1`, { needed: ['libb.so.1', 'libc.so.6'] })
    system.library(`${LIBRARIES}/libb.so.1`, { needed: ['liba.so.1'] })
    const program = system.program('/bin/node', { needed: ['liba.so.1', 'libc.so.6'] })
    expect(await placesOf(system, program)).toEqual({
      [LOADER]: LOADER,
      [`${LIBRARIES}/liba.so.1`]: `${LIBRARIES}/liba.so.1`,
      [`${LIBRARIES}/libb.so.1`]: `${LIBRARIES}/libb.so.1`,
      [`${LIBRARIES}/libc.so.6`]: `${LIBRARIES}/libc.so.6`,
    })
  })

  test('are found where ld.so.conf and what it includes say, and put beside the C library', async () => {
    const system = new MadeSystem()
    system.write('/etc/ld.so.conf', '# first\n/opt/one/lib # here\ninclude /etc/ld.so.conf.d/*.conf\n')
    system.write('/etc/ld.so.conf.d/two.conf', '/opt/two/lib\n')
    system.library(`${LIBRARIES}/libc.so.6`)
    system.library('/opt/one/lib/liba.so.1')
    system.library('/opt/two/lib/libb.so.1')
    system.library('/opt/two/lib/liba.so.1')
    const program = system.program('/bin/node', { needed: ['liba.so.1', 'libb.so.1'] })
    expect(await placesOf(system, program)).toMatchObject({
      [`${LIBRARIES}/liba.so.1`]: '/opt/one/lib/liba.so.1',
      [`${LIBRARIES}/libb.so.1`]: '/opt/two/lib/libb.so.1',
    })
  })

  test('go to a folder that this loader has built in', async () => {
    const system = new MadeSystem(['/lib64', '/usr/lib64'])
    system.library('/usr/lib64/libc.so.6')
    const program = system.program('/bin/node', { needed: ['libc.so.6'] })
    expect(await placesOf(system, program)).toMatchObject({ '/usr/lib64/libc.so.6': '/usr/lib64/libc.so.6' })
  })

  test('keep their place beside whoever names it by $ORIGIN', async () => {
    const system = new MadeSystem()
    system.library('/home/me/lib/liba.so.1', { needed: ['libb.so.1'], runpath: '$ORIGIN/more' })
    system.library('/home/me/lib/more/libb.so.1')
    const program = system.program('/home/me/bin/node', {
      needed: ['liba.so.1'],
      runpath: '/nowhere:$' + '{ORIGIN}/../lib',
    })
    expect(await placesOf(system, program)).toMatchObject({
      '/usr/local/lib/liba.so.1': '/home/me/lib/liba.so.1',
      '/usr/local/lib/more/libb.so.1': '/home/me/lib/more/libb.so.1',
    })
  })

  test('are found by an inherited rpath, but not by an inherited runpath', async () => {
    const system = new MadeSystem()
    system.library('/home/lib/liba.so.1', { needed: ['libb.so.1'] })
    system.library('/home/lib/libb.so.1')
    const inherits = system.program('/home/bin/node', { needed: ['liba.so.1'], rpath: '$ORIGIN/../lib' })
    expect(await placesOf(system, inherits)).toHaveProperty(['/usr/local/lib/libb.so.1'])
    const keeps = system.program('/home/bin/node', { needed: ['liba.so.1'], runpath: '$ORIGIN/../lib' })
    await expect(placesOf(system, keeps)).rejects.toThrow(/liba\.so\.1 needs libb\.so\.1, which is not in /)
  })

  test('are never those of another processor', async () => {
    const system = new MadeSystem()
    system.library(`${LIBRARIES}/liba.so.1`, { machine: 'aarch64' })
    system.library('/usr/lib/liba.so.1')
    const program = system.program('/bin/node', { needed: ['liba.so.1'] })
    expect(await placesOf(system, program)).toMatchObject({
      [`${LIBRARIES}/liba.so.1`]: '/usr/lib/liba.so.1',
    })
  })

  test('are not looked for where another program of the image has their name', async () => {
    const system = new MadeSystem()
    const node = system.program('/bin/node', {})
    const addon = system.library('/app/a.node', { needed: ['libengine.so.1'] })
    const engine = system.library('/app/libengine.so.1', { soname: 'libengine.so.1', needed: ['libc.so.6'] })
    system.library('/usr/lib/libc.so.6')
    const programs = [node, addon, engine].map((source) => ({
      source,
      place: source.slice(system.root.length),
    }))
    const files = await libraryClosure(programs, { root: system.root })
    expect(files.map(({ place }) => place)).toEqual([LOADER, '/usr/lib/libc.so.6'])
  })

  test('that are opened at run time come with what they need, where they are there', async () => {
    const system = new MadeSystem()
    system.library(`${LIBRARIES}/libc.so.6`)
    system.library(`${LIBRARIES}/libnss_dns.so.2`, { needed: ['libresolv.so.2'] })
    system.library(`${LIBRARIES}/libresolv.so.2`)
    const places = await placesOf(system, system.program('/bin/node', {}), [
      'libnss_dns.so.2',
      'libnss_x.so.2',
    ])
    expect(Object.keys(places)).toEqual([
      `${LIBRARIES}/libnss_dns.so.2`,
      `${LIBRARIES}/libresolv.so.2`,
      LOADER,
    ])
  })
})

describe('a program whose libraries cannot be found', () => {
  test('is named with the library and the folders', async () => {
    const system = new MadeSystem()
    const program = system.program('/bin/node', { needed: ['libmissing.so.3'] })
    await expect(placesOf(system, program)).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: `${program} needs libmissing.so.3, which is not in ${join(system.root, LIBRARIES)}, ${join(system.root, '/usr/lib')}`,
    })
  })

  test('has no loader here, or one that is not glibc', async () => {
    const system = new MadeSystem()
    const stranger = system.program('/bin/a', { interpreter: '/lib/ld-musl-x86_64.so.1' })
    await expect(placesOf(system, stranger)).rejects.toThrow(
      'ld-musl-x86_64.so.1 cannot be put into an image',
    )
    system.write('/lib/ld-musl-x86_64.so.1', 'no folders')
    await expect(placesOf(system, stranger)).rejects.toThrow('not the loader of the GNU C library')
  })
})
