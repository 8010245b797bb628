/** Preloaded into a measured process: writes its CPU time and peak memory to the file that SPANGUARD_USAGE names, when it ends. */
import { writeFileSync } from 'node:fs'

process.on('exit', () => {
  const { maxRSS, systemCPUTime, userCPUTime } = process.resourceUsage()
  writeFileSync(process.env['SPANGUARD_USAGE'] ?? '/dev/null', JSON.stringify({ cpu: (systemCPUTime + userCPUTime) / 1e6, memory: maxRSS / 1024 }))
})
