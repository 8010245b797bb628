import forge from 'node-forge'
import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import path from 'node:path'

/** PEM texts, and their paths in the folder that was given. */
export interface Certificates {
  readonly files: { readonly ca: string; readonly serverKey: string; readonly serverCert: string; readonly clientKey: string; readonly clientCert: string }
  readonly pem: { readonly [Name in keyof Certificates['files']]: string }
}

/** Makes an authority and, signed by it, a server's certificate for 127.0.0.1 and localhost and a client's. */
export function makeCertificates(folder: string): Certificates {
  const authority = keyPair()
  const ca = certificate('Test authority', authority, { cn: 'Test authority', key: authority.private }, [{ name: 'basicConstraints', cA: true }])
  const issuer = { cn: 'Test authority', key: authority.private }
  const server = keyPair()
  const names = [{ type: 2, value: 'localhost' }, { type: 7, ip: '127.0.0.1' }]
  const client = keyPair()
  const pem = {
    ca,
    serverKey: forge.pki.privateKeyToPem(server.private),
    serverCert: certificate('collector', server, issuer, [{ name: 'subjectAltName', altNames: names }]),
    clientKey: forge.pki.privateKeyToPem(client.private),
    clientCert: certificate('service', client, issuer, []),
  }
  const write = (name: keyof typeof pem): string => {
    const file = path.join(folder, `${name}.pem`)
    writeFileSync(file, pem[name])
    return file
  }
  return { pem, files: { ca: write('ca'), serverKey: write('serverKey'), serverCert: write('serverCert'), clientKey: write('clientKey'), clientCert: write('clientCert') } }
}

interface Pair {
  readonly public: forge.pki.rsa.PublicKey
  readonly private: forge.pki.rsa.PrivateKey
}

function keyPair(): Pair {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  })
  return { public: forge.pki.publicKeyFromPem(publicKey), private: forge.pki.privateKeyFromPem(privateKey) }
}

let serial = 1

function certificate(cn: string, { public: publicKey }: Pair, issuer: { readonly cn: string; readonly key: forge.pki.rsa.PrivateKey }, extensions: object[]): string {
  const made = forge.pki.createCertificate()
  made.publicKey = publicKey
  made.serialNumber = String(serial++).padStart(2, '0')
  made.validity.notBefore = new Date(Date.now() - 3_600_000)
  made.validity.notAfter = new Date(Date.now() + 86_400_000)
  made.setSubject([{ name: 'commonName', value: cn }])
  made.setIssuer([{ name: 'commonName', value: issuer.cn }])
  made.setExtensions(extensions)
  made.sign(issuer.key, forge.md.sha256.create())
  return forge.pki.certificateToPem(made)
}
