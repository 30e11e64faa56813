export function Nothing() {
  return (
    <div className="intro">
      <h1>There is nothing here</h1>
      <p className="text what">
        <a href="/studies">All studies</a>
      </p>
    </div>
  )
}
