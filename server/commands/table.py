"""The table of commands: name, what it is given, what it does."""

from __future__ import annotations

from typing import Any

from server.commands import (
    Command,
    adapting,
    asking,
    backup,
    evaluating,
    record,
    running,
    stewarding,
    switch,
)

COMMANDS: dict[str, Command[Any]] = {
    "ask": Command(asking.AskGiven, asking.ask, by_operator=False),
    "search": Command(asking.SearchGiven, asking.search, by_operator=False),
    "evaluate": Command(evaluating.RetrievalGiven, evaluating.retrieval, by_operator=False),
    "evaluate.answers": Command(evaluating.AnswersGiven, evaluating.answers, by_operator=False),
    "ingest": Command(running.IngestGiven, running.ingest),
    "files.list": Command(running.FilesGiven, running.list_files),
    "files.retry": Command(running.RetryGiven, running.retry_files),
    "collections.list": Command(running.Nothing, running.list_collections),
    "collections.show": Command(running.Named, running.show_collection),
    "collections.add": Command(running.CollectionGiven, running.add_collection),
    "collections.remove": Command(running.Named, running.remove_collection),
    "collections.confirm": Command(stewarding.JudgementGiven, stewarding.confirm),
    "collections.due": Command(stewarding.KeptGiven, stewarding.due),
    "collections.damage": Command(stewarding.KeptGiven, stewarding.damage),
    "collections.duplicates": Command(stewarding.LikenessGiven, stewarding.duplicates),
    "index.rebuild": Command(running.Nothing, running.rebuild_index),
    "switch.model": Command(running.Nothing, switch.show_model),
    "models.adapt": Command(adapting.AdaptGiven, adapting.adapt),
    "models.restore": Command(running.Nothing, adapting.restore),
    "users.add": Command(running.UserGiven, running.add_user),
    "users.list": Command(running.Nothing, running.list_users),
    "users.groups": Command(running.GroupsGiven, running.set_groups),
    "users.suspend": Command(running.Named, running.suspend_user),
    "users.key": Command(running.KeyGiven, running.create_key),
    "charter.replay": Command(record.CharterFileGiven, record.replay_charter),
    "charter.accept": Command(running.Named, running.accept_charter),
    "log.list": Command(record.LogListGiven, record.log_list),
    "log.show": Command(record.RecordGiven, record.log_show),
    "log.verify": Command(record.VerifyGiven, record.log_verify),
    "log.export": Command(record.ExportGiven, record.log_export),
    "log.erase": Command(record.EraseGiven, record.log_erase),
    "log.checkpoint": Command(running.Nothing, record.log_checkpoint),
    "review.next": Command(running.Nothing, record.review_next),
    "review.verdict": Command(record.VerdictGiven, record.review_verdict),
    "review.report": Command(running.Nothing, record.review_report),
    "backup": Command(backup.BackupGiven, backup.back_up),
    "index.restore": Command(running.Nothing, backup.refill),
}
