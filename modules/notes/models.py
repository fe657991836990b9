"""Notes that are never rewritten, only replaced, and tasks with a day."""

from __future__ import annotations

from django.db import models

from kernel.ids import new_id


class Note(models.Model):
    """One wording of a note about a client; a later wording points back at what it replaces."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    client_id = models.UUIDField()
    text = models.TextField(max_length=4000)
    author_id = models.UUIDField(null=True)
    written_at = models.DateTimeField()
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="replaced_by"
    )
    rewordings = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["client_id", "-written_at"], name="note_client")]

    def __str__(self) -> str:
        return f"note {self.pk}"


class Task(models.Model):
    """Something a colleague has promised to do about a client."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    client_id = models.UUIDField()
    title = models.CharField(max_length=200)
    due_on = models.DateField()
    assignee_id = models.UUIDField(null=True)
    asked_by_id = models.UUIDField(null=True)
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["client_id"], name="task_client"),
            models.Index(
                fields=["assignee_id", "due_on"],
                condition=models.Q(done_at=None),
                name="task_open",
            ),
        ]

    def __str__(self) -> str:
        return f"task {self.pk}"
