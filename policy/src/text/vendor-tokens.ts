/**
 * Credentials that their issuer marks with a prefix. Sources: GitHub's "supported secret scanning patterns", the rules of
 * gitleaks 8, and each vendor's own page on its token format; only forms whose prefix nothing else uses.
 *
 * `body` is what follows a prefix: character classes of a length. A form of an exact length must end there. Sorted by vendor.
 */
export interface VendorToken {
  readonly vendor: string
  readonly prefixes: readonly string[]
  readonly body: string
}

export const vendorTokens: readonly VendorToken[] = [
  { vendor: 'Anthropic', prefixes: ['sk-ant-'], body: '[\\w-]{20,}' },
  { vendor: 'Atlassian', prefixes: ['ATATT3'], body: '[\\w=-]{50,}' },
  { vendor: 'AWS', prefixes: ['ABIA', 'ACCA', 'AKIA', 'ASIA'], body: '[A-Z0-9]{16}' },
  { vendor: 'Databricks', prefixes: ['dapi'], body: '[a-f0-9]{32}' },
  { vendor: 'DigitalOcean', prefixes: ['doo_v1_', 'dop_v1_', 'dor_v1_'], body: '[a-f0-9]{64}' },
  { vendor: 'Docker', prefixes: ['dckr_oat_', 'dckr_pat_'], body: '[\\w-]{20,}' },
  { vendor: 'Doppler', prefixes: ['dp.ct.', 'dp.pt.', 'dp.sa.', 'dp.st.'], body: '[\\w.-]{40,}' },
  { vendor: 'Figma', prefixes: ['figd_'], body: '[\\w-]{40,}' },
  { vendor: 'GitHub', prefixes: ['gho_', 'ghp_', 'ghr_', 'ghs_', 'ghu_'], body: '[A-Za-z0-9]{36,}' },
  { vendor: 'GitHub', prefixes: ['github_pat_'], body: '\\w{22,}' },
  {
    vendor: 'GitLab',
    prefixes: ['glagent-', 'glcbt-', 'gldt-', 'glffct-', 'glft-', 'glimt-', 'gloas-', 'glpat-', 'glptt-', 'glrt-', 'glsoat-'],
    body: '[\\w-]{20,}',
  },
  { vendor: 'Google', prefixes: ['AIza'], body: '[\\w-]{35}' },
  { vendor: 'Google', prefixes: ['GOCSPX-'], body: '[\\w-]{28}' },
  { vendor: 'Google', prefixes: ['ya29.'], body: '[\\w-]{20,}' },
  { vendor: 'Grafana', prefixes: ['glc_'], body: '[A-Za-z0-9+/=]{32,}' },
  { vendor: 'Grafana', prefixes: ['glsa_'], body: '[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}' },
  { vendor: 'HashiCorp Vault', prefixes: ['hvb.', 'hvr.', 'hvs.'], body: '[\\w-]{24,}' },
  { vendor: 'Heroku', prefixes: ['HRKU-'], body: '[\\w-]{30,}' },
  { vendor: 'Hugging Face', prefixes: ['hf_'], body: '[A-Za-z0-9]{34,}' },
  { vendor: 'Linear', prefixes: ['lin_api_', 'lin_oauth_'], body: '[A-Za-z0-9]{32,}' },
  { vendor: 'New Relic', prefixes: ['NRAK-'], body: '[A-Z0-9]{27}' },
  { vendor: 'Notion', prefixes: ['ntn_'], body: '[A-Za-z0-9]{40,}' },
  { vendor: 'npm', prefixes: ['npm_'], body: '[A-Za-z0-9]{36}' },
  { vendor: 'OpenAI', prefixes: ['sk-'], body: '[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}' },
  { vendor: 'OpenAI', prefixes: ['sk-admin-', 'sk-proj-', 'sk-svcacct-'], body: '[\\w-]{20,}' },
  { vendor: 'PlanetScale', prefixes: ['pscale_oauth_', 'pscale_pw_', 'pscale_tkn_'], body: '[\\w.-]{32,}' },
  { vendor: 'PostHog', prefixes: ['phx_'], body: '[A-Za-z0-9]{40,}' },
  { vendor: 'Postman', prefixes: ['PMAK-'], body: '[a-f0-9]{24}-[a-f0-9]{34}' },
  { vendor: 'Pulumi', prefixes: ['pul-'], body: '[a-f0-9]{40}' },
  { vendor: 'PyPI', prefixes: ['pypi-AgE'], body: '[\\w-]{50,}' },
  { vendor: 'SendGrid', prefixes: ['SG.'], body: '[\\w-]{16,32}\\.[\\w-]{16,64}' },
  { vendor: 'Sentry', prefixes: ['sntrys_', 'sntryu_'], body: '[\\w+/=-]{50,}' },
  { vendor: 'Shopify', prefixes: ['shpat_', 'shpca_', 'shppa_', 'shpss_'], body: '[a-fA-F0-9]{32}' },
  { vendor: 'Slack', prefixes: ['hooks.slack.com/services/'], body: 'T\\w{6,20}/B\\w{6,20}/\\w{16,}' },
  { vendor: 'Slack', prefixes: ['xapp-'], body: '\\d-[A-Za-z0-9-]{10,}' },
  { vendor: 'Slack', prefixes: ['xoxa-', 'xoxb-', 'xoxe-', 'xoxo-', 'xoxp-', 'xoxr-', 'xoxs-'], body: '[A-Za-z0-9-]{10,}' },
  { vendor: 'Square', prefixes: ['sq0atp-', 'sq0csp-'], body: '[\\w-]{22,}' },
  { vendor: 'Stripe', prefixes: ['rk_live_', 'rk_test_', 'sk_live_', 'sk_test_'], body: '[A-Za-z0-9]{10,}' },
  { vendor: 'Stripe', prefixes: ['whsec_'], body: '[A-Za-z0-9+/=]{24,}' },
  { vendor: 'Supabase', prefixes: ['sb_secret_'], body: '[\\w-]{20,}' },
  { vendor: 'Supabase', prefixes: ['sbp_'], body: '[a-f0-9]{40}' },
  { vendor: 'Trigger.dev', prefixes: ['tr_dev_', 'tr_preview_', 'tr_prod_', 'tr_stg_'], body: '[A-Za-z0-9]{20,}' },
  { vendor: 'Twilio', prefixes: ['SK'], body: '[a-f0-9]{32}' },
  { vendor: 'Vercel', prefixes: ['vercel_blob_rw_'], body: '\\w{20,}' },
]
