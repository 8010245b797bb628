import pc from 'picocolors'

/** One line that is written over, on a terminal only. */
export function progressLine(): { show: (text: string) => void; clear: () => void } {
  const { stderr } = process
  if (!stderr.isTTY) return { show: () => undefined, clear: () => undefined }
  const erase = '\r\u001B[2K'
  return { show: text => stderr.write(`${erase}${pc.dim(`spanguard: ${text}`)}`), clear: () => stderr.write(erase) }
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
