/** What only recorded traces show: `spanguard audit` reports it, beside the rules that it shares with the others. */
export const traceRuleDescriptions: Readonly<Record<string, string>> = {
  'orphan-span': 'Require that the parent of a span is in its trace',
  'repeated-span': 'Disallow one call for each row under one span',
}

/**
 * Every rule by its name, without prefix: ESLint's, as their `meta.docs` describe them, and the checker's own. The config knows
 * from here which rules there are, and reports what they say.
 */
export const ruleDescriptions: Readonly<Record<string, string>> = {
  'approved-setup': 'Require tracing to be set up once, and only where the policy approves it',
  'attribute-naming': 'Require attribute keys to be lowercase dotted snake_case, outside reserved namespaces',
  'attribute-type': 'Require that an attribute key holds values of one kind in the whole program',
  'await-before-end': 'Require that a promise settles before the span around it ends',
  'batch-export': 'Require spans to be exported in batches',
  'disable-comment': 'Require that a comment that switches a rule off says why, and that something is switched off by it',
  'env-sampling': 'Require a sampler that follows the parent and the environment',
  'error-stage': 'Require that an error path says at which stage it failed',
  'error-status': 'Require that a failed span has the status ERROR',
  'handler-coverage': 'Require a least share of traced handlers in each service',
  'handler-span': 'Require that handlers start a span of their own where the service’s others do',
  'no-borrowed-end': 'Disallow ending a span that somebody else started',
  'no-context-loss': 'Require producers to inject the trace context into their messages, and consumers to extract it',
  'no-deprecated-attributes': 'Disallow attribute keys that the semantic conventions replaced',
  'no-dynamic-span-name': 'Disallow span names built from unbounded values',
  'no-sensitive-data': 'Disallow secrets and personal, card, health and government data in spans',
  'no-swallowed-error': 'Disallow catching the error of a span’s work without telling the span',
  'no-technical-span-name': 'Disallow span names that say nothing of what the business does',
  'no-unbounded-data': 'Disallow payloads, raw queries, URLs with query and other unbounded data in spans',
  'no-unlisted-attributes': 'Disallow attribute keys that neither the semantic conventions nor the policy list',
  'no-use-after-end': 'Disallow writing to a span after its end',
  'require-handler-tracing': 'Require tracing before the handlers of an app, server, consumer or function',
  'require-shutdown': 'Require the tracer provider to be shut down before the process ends',
  'secure-exporter': 'Disallow plain HTTP to public hosts and credentials in the source of an exporter',
  'setup-first': 'Require tracing to be set up before the modules that it instruments are loaded',
  'span-end': 'Require that a span is ended on every path',
  'span-name-present': 'Require a span to have a name of its own',
  'span-name-shared': 'Require that a span name stands for one operation in the whole program',
  'span-name-style': 'Require span names to follow the form of the policy',
  'stale-policy': 'Require that a service runs with the policy that its config makes',
  'valid-attribute-value': 'Disallow attribute values that the SDK drops silently',
}
