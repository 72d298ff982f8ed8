"""The main window: puts the parts beside each other, hands keys to commands, and shows the review anew when it changed.

Decides nothing: commands are in `dispatch.py`, acts in `controller.py`, what takes long in `errands.py`.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QMainWindow, QMenu, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from workbench.errors import UserError
from workbench.review.actions import FeedbackSent
from workbench.ui.commands import HINTS, SHORT
from workbench.ui.controller import Controller
from workbench.ui.diff.document import Stop
from workbench.ui.diff.view import DiffView
from workbench.ui.dispatch import Dispatch
from workbench.ui.editing import Editing
from workbench.ui.errands import Errands, is_refreshable
from workbench.ui.file_panel import FilePanel
from workbench.ui.keymap import Keymap, chord, is_chorded
from workbench.ui.landing_errands import LandingErrands
from workbench.ui.menus import Menus
from workbench.ui.notice import Notice
from workbench.ui.places import Places
from workbench.ui.preferences import Preferences, is_mac
from workbench.ui.refreshing import Panels
from workbench.ui.search_line import SearchLine
from workbench.ui.sheets import Sheets
from workbench.ui.side_panel import SidePanel
from workbench.ui.start_page import Row, StartPage
from workbench.ui.status_line import StatusLine
from workbench.ui.tasks import Tasks
from workbench.ui.theme import Theme, load_theme
from workbench.ui.top_bar import TopBar
from workbench.ui.tracing import Tracer
from workbench.ui.welcome import Welcome
from workbench.workflow.opening import Nothing, Recent

POLL = 1000
SIZES = range(9, 29)


class MainWindow(QMainWindow):
    """One window, one review at a time."""
