import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nearestVersion } from '../../../src/image/packages/nearest-version.ts'

test.each([
  ['24.10.0', ['24.9.0', '24.10.0', '24.11.0'], '24.10.0'],
  ['24.10.1', ['24.9.9', '24.10.0', '24.11.0'], '24.10.0'],
  ['24.10.1', ['22.0.0', '24.12.0', '24.11.0', '26.0.0'], '24.11.0'],
  ['24.10.1', ['24.2.0', '24.9.0', '24.10.1-rc.1'], '24.9.0'],
  ['24.10.1', ['22.0.0', '26.0.0'], undefined],
  ['24.10.1-nightly', ['24.10.1'], undefined],
])('nearest to %s of %j is %s', (wanted, published, nearest) => {
  expect(nearestVersion(wanted, published)).toBe(nearest)
})

test('no published version of the same major is nearer from below', () => {
  const version = fc.tuple(fc.nat(3), fc.nat(30), fc.nat(30))
  fc.assert(
    fc.property(version, fc.array(version), (wanted, published) => {
      const nearest = nearestVersion(
        wanted.join('.'),
        published.map((numbers) => numbers.join('.')),
      )
      const value = ([, minor, patch]: readonly number[]) => (minor ?? 0) * 1000 + (patch ?? 0)
      const same = published.filter(([major]) => major === wanted[0]).map(value)
      const below = same.filter((candidate) => candidate <= value(wanted))
      const expected = below.length > 0 ? Math.max(...below) : Math.min(...same)
      expect(nearest === undefined ? Infinity : value(nearest.split('.').map(Number))).toBe(expected)
    }),
  )
})
