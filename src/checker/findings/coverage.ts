import path from 'node:path'
import type { Config, Origin } from '@spanguard/policy'
import type { CheckFinding, ServiceResult } from '../result.js'
import { fingerprintOf } from './finish.js'

/** Services of whose handlers a smaller share than asked for is traced. */
export function coverageFindings(services: readonly ServiceResult[], minimum: number, repository: string, configOf: (file: string) => Config): CheckFinding[] {
  return services.flatMap((service): CheckFinding[] => {
    const severity = configOf(path.join(service.dir, 'package.json')).severity?.['handler-coverage'] ?? 'error'
    if (severity === 'off' || service.total === 0 || percent(service) >= minimum) return []
    const untraced = service.handlers.filter(handler => handler.status === 'untraced' || handler.status === 'other-apm')
    const [first] = untraced
    if (!first) return []
    const origin: Origin = first.origin
    return [{
      rule: 'handler-coverage',
      severity,
      message: `${String(service.traced)} of ${String(service.total)} handlers of service "${service.name}" are traced (${percent(service).toFixed(0)} %), at least ${String(minimum)} % are asked for: requests of the others are missing from every trace. Trace the handlers that are listed here.`,
      file: first.file,
      origin,
      service: service.name,
      steps: untraced.map(handler => ({ file: handler.file, origin: handler.origin, text: [handler.method, handler.route, `(${handler.framework})`].filter(Boolean).join(' ') })),
      certainty: 'certain',
      excerpt: { firstLine: origin.from.line, lines: [] },
      fingerprint: fingerprintOf(['handler-coverage', path.relative(repository, service.dir), service.name].join('\0'), 0),
    }]
  })
}

/** Traced handlers in percent; a service without handlers is covered. */
export function percent(service: Pick<ServiceResult, 'total' | 'traced'>): number {
  return service.total === 0 ? 100 : (100 * service.traced) / service.total
}
