// Shows the store's numbers and keeps them fresh.

const target = document.querySelector("#stats");

async function load() {
  try {
    const answer = await fetch("/stats");
    const stats = await answer.json();
    target.textContent = `${stats.items} of ${stats.limit}`;
  } catch (error) {
    target.textContent = "no answer";
  }
}

setInterval(load, 1000);
load();
