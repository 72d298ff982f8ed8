import time, sys
import pytest
from tests.window import test_every_place as E
from tests.window.test_every_place import *
from tests.repos import new_repo, numbered
LONG = "word and \u05d0 more, " * 6_000
NAME = "n" * 200
@pytest.fixture
def evil(make_hands, tmp_path, home, monkeypatch):
    made = new_repo(tmp_path/("shop"+"s"*200))
    made.git("config","user.name","A"*5000)
    made.git("checkout","-q","-b","w"*200)
    body=f"def run(one):\n"+"".join(f"    line_{at} = 1\n" for at in range(60))
    made.commit({f"code{NAME}.py":body,"a.py":numbered(9)},message="S"*50_000)
    made.write({f"code{NAME}.py":body.replace("line_4 ","line_44 "), f"new{NAME}.py":"x=1\n", ("d"*200+"/")*3+"e.py":"x\n"})
    hands=make_hands(); hands.open(made); session=hands.session
    monkeypatch.setattr(E,"EVIL",LONG)
    session.set_task(f"Do {LONG}\n\nScope: src/")
    place=session.place_of(session.by_path[f"code{NAME}.py"].changes[0])
    session.write_note(place, Intent.QUESTION, f"Why {LONG}?", f"better\n")
    session.act(NoteAnswered(id=new_id(), at=time.time(), note="N1", reply=Reply(Author.MODEL, f"Because {LONG}",0,AnswerKind.ANSWERED,model="of/m")))
    E._calls(hands, session.place_of(session.by_path[f"new{NAME}.py"].changes[0]))
    hands.window.controller.changed.emit()
    t=time.thread_time(); hands.window.panels.show_now(); print("panels",round(1000*(time.thread_time()-t)))
    return hands
def test_long(evil):
    from PySide6.QtWidgets import QApplication
    P={k:v for k,v in PLACES.items()}
    C=f"code{NAME}.py"; N=f"new{NAME}.py"
    P={"first":run("first"),"next":run("next_note"),"next2":run("next_note"),"header":at(C),"task":run("task"),"land":run("land"),"send":run("send"),"read":run("read"),"trust":run("trust"),"tray":run("tray"),"rounds":run("rounds"),"costs":run("costs"),"prompts":run("prompts"),"note":at(C,"next_change","note"),"shape":at(C,"next_change","shape"),"edit":at(N,"next_change","edit"),"flat":run("flat_files"),"by":run("by_shape"),"recent":run("recent"),"palette":typed("palette","n"),"gofile":run("go_to_file"),"line":at(C,"go_to_line"),"pin":at(C,"pin_file"),"copy":run("copy_feedback"),"ledger":run("next_violation")}
    import cProfile,pstats,os
    out=[]
    import sys as _s
    for k,f in P.items():
        print("..",k,file=_s.stderr,flush=True)
        if os.environ.get("PROF")==k: pr=cProfile.Profile(); pr.enable()
        t=time.thread_time()
        try: f(evil)
        except AssertionError as e: out.append((k,repr(e)[:80])); 
        QApplication.processEvents(); a=time.thread_time()-t
        t=time.thread_time(); evil.window.grab(); b=time.thread_time()-t
        t=time.thread_time(); evil.window.grab(); c=time.thread_time()-t
        if os.environ.get("PROF")==k: pr.disable(); pstats.Stats(pr).sort_stats("cumulative").print_stats(45)
        out.append((k,round(a*1000),round(b*1000),round(c*1000)))
        from PySide6.QtCore import Qt
        for w in range(2):
            evil.window.run_command("escape") if hasattr(evil.window,"run_command") else None
            evil.press(Qt.Key.Key_Escape)
    for o in out: print(*o)
    t=[(round(len(w.text())),type(w).__name__) for w in QApplication.allWidgets() if isinstance(w,QLabel) and len(QLabel.text(w))>3000]; print(t)
    t=[(len(w.toolTip()),type(w).__name__) for w in QApplication.allWidgets() if len(w.toolTip())>3000]; print(t)
    t=[(len(w.accessibleName()),len(w.accessibleDescription()),type(w).__name__) for w in QApplication.allWidgets() if len(w.accessibleName())+len(w.accessibleDescription())>3000]; print(t)
