/**
 * How credentials look that vendors mark by a prefix. `body` is what follows it, at least `least` characters of `[\w-]`
 * (with `/+=` where the vendor's tokens hold them). Sorted by vendor.
 * Sources: the vendors' own pages on secret scanning, and gitleaks' and TruffleHog's public detectors.
 */
export interface TokenPrefix {
  readonly vendor: string
  readonly prefix: string
  readonly least: number
}

export const tokenPrefixes: readonly TokenPrefix[] = [
  { vendor: 'Anthropic', prefix: 'sk-ant-', least: 20 },
  { vendor: 'AWS', prefix: 'AKIA', least: 16 },
  { vendor: 'AWS', prefix: 'ASIA', least: 16 },
  { vendor: 'DigitalOcean', prefix: 'dop_v1_', least: 32 },
  { vendor: 'GitHub', prefix: 'ghp_', least: 30 },
  { vendor: 'GitHub', prefix: 'gho_', least: 30 },
  { vendor: 'GitHub', prefix: 'ghr_', least: 30 },
  { vendor: 'GitHub', prefix: 'ghs_', least: 30 },
  { vendor: 'GitHub', prefix: 'ghu_', least: 30 },
  { vendor: 'GitHub', prefix: 'github_pat_', least: 22 },
  { vendor: 'GitLab', prefix: 'glpat-', least: 16 },
  { vendor: 'Google', prefix: 'AIza', least: 30 },
  { vendor: 'Google', prefix: 'ya29.', least: 20 },
  { vendor: 'Grafana', prefix: 'glc_', least: 20 },
  { vendor: 'Grafana', prefix: 'glsa_', least: 20 },
  { vendor: 'HashiCorp Vault', prefix: 'hvs.', least: 20 },
  { vendor: 'npm', prefix: 'npm_', least: 30 },
  { vendor: 'OpenAI', prefix: 'sk-proj-', least: 20 },
  { vendor: 'SendGrid', prefix: 'SG.', least: 30 },
  { vendor: 'Shopify', prefix: 'shpat_', least: 30 },
  { vendor: 'Slack', prefix: 'xapp-', least: 10 },
  { vendor: 'Slack', prefix: 'xoxb-', least: 10 },
  { vendor: 'Slack', prefix: 'xoxp-', least: 10 },
  { vendor: 'Stripe', prefix: 'pk_live_', least: 16 },
  { vendor: 'Stripe', prefix: 'rk_live_', least: 16 },
  { vendor: 'Stripe', prefix: 'sk_live_', least: 16 },
  { vendor: 'Stripe', prefix: 'sk_test_', least: 16 },
  { vendor: 'Stripe', prefix: 'whsec_', least: 16 },
]
