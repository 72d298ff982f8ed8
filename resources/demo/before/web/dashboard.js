// Shows the store's numbers and keeps them fresh.

const target = document.querySelector("#stats");

async function load() {
  const answer = await fetch("/stats");
  const stats = await answer.json();
  target.textContent = `${stats.items} of ${stats.limit}`;
}

setInterval(load, 1000);
load();
