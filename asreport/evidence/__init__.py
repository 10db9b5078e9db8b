"""The four kinds of evidence (rules.md, section 4): each judges every record, so that the near miss is known."""

from asreport.evidence.common import CasesInScope, Evidence
from asreport.evidence.meeting import judge_meetings
from asreport.evidence.outcome import judge_outcomes
from asreport.evidence.owner import judge_owners
from asreport.evidence.plan import judge_plans

__all__ = ["CasesInScope", "Evidence", "judge_meetings", "judge_outcomes", "judge_owners", "judge_plans"]
