"""Intake: from the journal to messages in conversations."""

from oase.conversations.intake.worker import IntakeWorker

__all__ = ["IntakeWorker"]
