"""The only place that starts git: reading repositories, snapshots, composing trees, landing."""
