import pc from 'picocolors'

const erase = '\r\u001B[2K'
let isShown = false

/** One line that is written over, on a terminal only. */
export function progressLine(): { show: (text: string) => void; clear: () => void } {
  const { stderr } = process
  if (!stderr.isTTY) return { show: () => undefined, clear: () => undefined }
  const show = (text: string): void => {
    isShown = true
    stderr.write(`${erase}${pc.dim(`spanguard: ${text}`)}`)
  }
  return { show, clear: clearProgress }
}

/** A message must not stand behind what was being done when it came up. */
export function clearProgress(): void {
  if (isShown) process.stderr.write(erase)
  isShown = false
}

/** A reader that has read enough (`| head`) closes the pipe: no fault of ours, and no reason for a stack. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

/** Waits until a pipe has taken everything: a report may be larger than its buffer. */
export function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, error => {
      if (error && (error as NodeJS.ErrnoException).code !== 'EPIPE') reject(error)
      else resolve()
    })
  })
}
