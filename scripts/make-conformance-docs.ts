/** `npm run docs`: writes docs/open-inference-servers.md from the kept reports of `headrace conformance`. */
import { writeFileSync } from 'node:fs'
import { conformancePage } from './conformance-page.ts'

writeFileSync(new URL('../docs/open-inference-servers.md', import.meta.url), conformancePage())
