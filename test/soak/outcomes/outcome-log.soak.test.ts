import { expect, test } from 'vitest'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { killOutcomeWriters } from '../../outcomes/killed/kill-outcome-writers.ts'

const KILLS = 50
const LONGEST_MS = 1500

test('no acknowledged outcome is lost in fifty kills of four writers, and none is counted twice', async () => {
  const folder = temporaryFolder()
  let all = 0
  for (let kill = 0; kill < KILLS; kill++) {
    const { acknowledged, lost, twice } = await killOutcomeWriters(folder, kill, Math.random() * LONGEST_MS)
    expect({ lost, twice }).toEqual({ lost: [], twice: [] })
    all += acknowledged
  }
  expect(all).toBeGreaterThan(KILLS * 100)
})
