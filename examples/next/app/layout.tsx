import './style.css'

export const metadata = { title: 'Notes', icons: 'data:,' }

export default function Layout({ children }: { children: React.ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  )
}
