import { expect, test } from 'vitest'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { killOutcomeWriters } from './kill-outcome-writers.ts'

test('of four writers that are killed in the midst of it no acknowledged outcome is lost, and none counted twice', async () => {
  const folder = temporaryFolder()
  for (let kill = 0; kill < 3; kill++) {
    const { acknowledged, lost, twice } = await killOutcomeWriters(folder, kill, Math.random() * 500)
    expect({ lost, twice }).toEqual({ lost: [], twice: [] })
    expect(acknowledged).toBeGreaterThan(0)
  }
})
