import pytest, gc, sys
from tests.window import test_painted as t
from tests.window.test_painted import *
def test_x(qtbot, tmp_path):
    driver = shaped(tmp_path, tmp_path)
    def stage(name, fn):
        with qtbot.captureExceptions() as e:
            fn()
            driver.settle() if driver else None
        print("STAGE", name, e)
    stage("wear", lambda: wear(driver, "dark"))
    stage("calm0", lambda: calm(driver))
    stage("low0", lambda: low(driver.window, load_theme("dark"), "x"))
    stage("calm1", lambda: calm(driver))
    stage("s", lambda: driver.type("sjj j"))
    stage("calm", lambda: calm(driver))
    stage("idle", lambda: idle(driver))
    shown = [each for each in driver.window.findChildren(Sheet) if each.isVisible()]
    stage("texts", lambda: low(shown[-1].card, load_theme("dark"), "x"))
    stage("esc", lambda: driver.press(Qt.Key.Key_Escape))
    stage("calm", lambda: calm(driver))
    stage("close", lambda: driver.window.close())
    with qtbot.captureExceptions() as e:
        QTest.qWait(100)
    print("STAGE wait", e)
