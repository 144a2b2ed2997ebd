// Figures and times in the words of the command line.

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

/** 48123904 → `48.1 MB`; decimal units, as disks and `ls --si` count. */
export const bytes = (count) => {
  if (!Number.isFinite(count)) return '–'
  let value = count
  let unit = 0
  while (value >= 999.5 && unit < UNITS.length - 1) { value /= 1000; unit += 1 }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`
}

/** 0.42 → `0.4 %` */
export const percent = (value) => (Number.isFinite(value) ? `${value >= 99.95 ? Math.round(value) : value.toFixed(1)} %` : '–')

export const count = (value) => value.toLocaleString('en-US')

/** `1 project`, `3 projects` */
export const plural = (value, noun) => `${count(value)} ${noun}${value === 1 ? '' : 's'}`

/** 312 → `0.3 s`, 125000 → `2 min 5 s` */
export const duration = (milliseconds) => {
  if (!Number.isFinite(milliseconds)) return ''
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`
  const seconds = Math.round(milliseconds / 1000)
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
  return `${Math.floor(minutes / 1440)} d ${Math.floor((minutes % 1440) / 60)} h`
}

const DAY = 86_400
const dateOnly = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })
const exactTime = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short', day: 'numeric', month: 'short', year: 'numeric',
  hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short',
})
const clockTime = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const clockSeconds = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })

/** `12 s ago`, `5 min ago`, `3 d ago`, `21 Nov 2026`; `in 5 d` for what is to come. */
export const relative = (date) => {
  const seconds = (Date.now() - date.getTime()) / 1000
  const distance = Math.abs(seconds)
  if (distance >= 60 * DAY) return dateOnly.format(date)
  if (distance < 5) return 'just now'
  const [value, unit] = distance < 60 ? [distance, 's']
    : distance < 3600 ? [distance / 60, 'min'] : distance < DAY ? [distance / 3600, 'h'] : [distance / DAY, 'd']
  return seconds < 0 ? `in ${Math.ceil(value)} ${unit}` : `${Math.floor(value)} ${unit} ago`
}

export const exact = (date) => exactTime.format(date)
export const clock = (date) => clockTime.format(date)
export const clockToSeconds = (date) => clockSeconds.format(date)
