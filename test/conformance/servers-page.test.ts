import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { conformancePage } from '../../scripts/conformance-page.ts'

it('is as the kept reports have it', () => {
  const page = readFileSync(new URL('../../docs/open-inference-servers.md', import.meta.url), 'utf8')
  expect(page).toBe(conformancePage())
})
