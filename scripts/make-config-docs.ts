/** `npm run docs`: writes docs/configuration.md from the settings table. */
import { writeFileSync } from 'node:fs'
import { configPage } from '../src/cli/config-page.ts'

writeFileSync(new URL('../docs/configuration.md', import.meta.url), configPage())
