import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import type { LayerEntry } from '../../../src/image/layer-plan.ts'
import { glibcVersion } from '../../../src/image/system/host.ts'
import { openedAtRunTime } from '../../../src/image/system/plan-libraries.ts'
import { systemPackages } from '../../../src/image/system/system-packages.ts'
import { MadeSystem } from './support/made-system.ts'

const STATUS = `Package: libc6
Status: install ok installed
Architecture: i386
Version: 1.0

Package: libc6
Status: install ok installed
Architecture: amd64
Multi-Arch: same
Version: 2.36-9+deb12u14

Package: libgcc-s1
Status: install ok installed
Architecture: amd64
Version: 1:12.2.0~rc1
`

function debian(): MadeSystem {
  const system = new MadeSystem()
  system.write('/var/lib/dpkg/status', STATUS)
  system.write('/var/lib/dpkg/info/libc6:amd64.list', '/.\n/lib/x86_64-linux-gnu/libc.so.6\n/usr/share/doc\n')
  system.write('/var/lib/dpkg/info/libc6:i386.list', '/lib/i386-linux-gnu/libc.so.6\n')
  system.write('/var/lib/dpkg/info/libgcc-s1:amd64.list', '/lib/x86_64-linux-gnu/libgcc_s.so.1\n')
  system.write('/etc/os-release', 'NAME="Debian"\nVERSION_ID="12"\nID=debian\n')
  return system
}

function textOf(entries: readonly LayerEntry[], path: string): Promise<string> {
  const entry = entries.find((candidate) => candidate.path === path)
  return entry?.kind === 'file' ? text(entry.open()) : Promise.reject(new Error(`no file ${path}`))
}

const places = (names: readonly string[]) =>
  names.map((name) => ({
    source: `/usr/lib/x86_64-linux-gnu/${name}`,
    place: `/lib/x86_64-linux-gnu/${name}`,
  }))

test('packages of Debian have their versions and licences, each once, though /lib is a link to /usr/lib', async () => {
  const system = debian()
  system.write('/usr/share/doc/libc6/copyright', 'LGPL')
  system.write('/usr/share/doc/gcc-12-base/copyright', 'GPL')
  symlinkSync('gcc-12-base', join(system.root, '/usr/share/doc/libgcc-s1'))
  const { notes, entries } = await systemPackages(
    places(['libc.so.6', 'libgcc_s.so.1', 'libc.so.6']),
    system.root,
  )
  expect(notes).toEqual([
    {
      name: 'libc6',
      version: '2.36-9+deb12u14',
      licence: 'LGPL-2.1-or-later',
      purl: 'pkg:deb/debian/libc6@2.36-9%2Bdeb12u14?arch=amd64&distro=debian-12',
    },
    {
      name: 'libgcc-s1',
      version: '1:12.2.0~rc1',
      licence: 'GPL-3.0-or-later WITH GCC-exception-3.1',
      purl: 'pkg:deb/debian/libgcc-s1@1:12.2.0~rc1?arch=amd64&distro=debian-12',
    },
  ])
  expect(entries.map(({ path }) => path)).toEqual([
    'etc/os-release',
    'var/lib/dpkg/status.d/libc6',
    'var/lib/dpkg/status.d/libgcc-s1',
    'usr/share/doc/libc6/copyright',
    'usr/share/doc/gcc-12-base/copyright',
    'usr/share/doc/libgcc-s1',
  ])
  expect(await textOf(entries, 'var/lib/dpkg/status.d/libc6')).toContain('Version: 2.36-9+deb12u14\n')
  expect(entries.at(-1)).toMatchObject({ kind: 'link', target: 'gcc-12-base' })
})

test('a library that no package owns is told by its file and digest', async () => {
  const system = debian()
  const source = system.library('/opt/libengine.so.1.2.3')
  const { notes, entries } = await systemPackages([{ source, place: '/lib/libengine.so.1' }], system.root)
  expect(notes).toEqual([
    {
      name: 'libengine.so.1',
      version: '1.2.3',
      purl: 'pkg:generic/libengine.so.1@1.2.3',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
  ])
  expect(entries).toEqual([])
})

test.runIf(glibcVersion() !== undefined)(
  'a system without dpkg has files alone, and of the C library its version',
  async () => {
    const system = new MadeSystem()
    const places = ['libstdc++.so.6.0.33', 'libc.so.6', 'libm.so.6'].map((name) => {
      const source = system.library(`/lib64/${name}`)
      return { source, place: `/lib64/${name}` }
    })
    const { notes } = await systemPackages(places, system.root)
    expect(notes).toMatchObject([
      { name: 'libstdc++.so.6.0.33', version: '6.0.33' },
      { name: 'glibc', version: glibcVersion(), licence: 'LGPL-2.1-or-later' },
    ])
  },
)

test('what looks up hosts is a library of its own until glibc 2.34', () => {
  expect(openedAtRunTime('2.34')).toEqual([])
  expect(openedAtRunTime('2.41')).toEqual([])
  expect(openedAtRunTime('2.31')).toContain('libnss_dns.so.2')
})
