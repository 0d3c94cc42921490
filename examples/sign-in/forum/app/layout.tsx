import '../../public/style.css'

export const metadata = { title: 'Forum', icons: 'data:,' }

export default function Layout({ children }: { children: React.ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  )
}
