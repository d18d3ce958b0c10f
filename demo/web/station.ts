/** The page's end of the station: what is to be seen, as it changes, and acts. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Act } from './acts.ts'
import type { StationView, ToPage } from './messages.ts'

/** A station that does not answer is asked again after so long. */
const AGAIN_MS = 1_000
/** What could not be done is said for so long. */
const REFUSAL_MS = 8_000

/** A station as a page has it. */
export interface Station {
  /** Undefined until the first one came. */
  readonly view: StationView | undefined
  readonly isConnected: boolean
  /** Why what was asked last could not be done. */
  readonly refusal: string | undefined
  readonly act: (act: Act) => void
}

/** Stays connected for as long as the page is open. */
export function useStation(): Station {
  const [view, setView] = useState<StationView>()
  // A page that has just been loaded has a station.
  const [isConnected, setConnected] = useState(true)
  const [refusal, setRefusal] = useState<string>()
  const socket = useRef<WebSocket>(undefined)

  useEffect(() => {
    let again: ReturnType<typeof setTimeout> | undefined
    const connect = () => {
      const line = new WebSocket(`ws://${location.host}/line`)
      socket.current = line
      line.addEventListener('open', () => setConnected(true))
      line.addEventListener('message', ({ data }) => {
        const message = JSON.parse(data) as ToPage
        if (message.is === 'view') setView(message.view)
        else setRefusal(message.why)
      })
      line.addEventListener('close', () => {
        setConnected(false)
        again = setTimeout(connect, AGAIN_MS)
      })
    }
    connect()
    return () => {
      clearTimeout(again)
      socket.current?.close()
    }
  }, [])

  useEffect(() => {
    if (refusal === undefined) return
    const over = setTimeout(() => setRefusal(undefined), REFUSAL_MS)
    return () => clearTimeout(over)
  }, [refusal])

  const act = useCallback((wanted: Act) => {
    if (!wanted.do.startsWith('finger-')) setRefusal(undefined)
    if (socket.current?.readyState === WebSocket.OPEN) socket.current.send(JSON.stringify(wanted))
  }, [])
  return { view, isConnected, refusal, act }
}
