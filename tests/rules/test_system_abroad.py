"""Failures as systems of other languages print them, in whole sentences."""

import pytest

from upload_diag import ErrorCode, classify

SAID = [
    ("Ein Verbindungsversuch ist fehlgeschlagen, da die Gegenstelle nach einer bestimmten Zeitspanne nicht", "TIMEOUT"),
    ("SocketException (11001): Es ist kein solcher Host bekannt. (s3.example.com:443)", "NETWORK"),
    ("AuthenticationException: Das Remotezertifikat ist laut Validierungsverfahren ungültig.", "TLS_ERROR"),
    ("Die Anfrage wurde abgebrochen: Es konnte kein geschützter SSL/TLS-Kanal erstellt werden..", "TLS_ERROR"),
    ("Der Zugriff auf den Pfad 'C:\\up\\a.bin' wurde verweigert.", "LOCAL_IO"),
    ("connect(): Verbindungsaufbau abgelehnt", "NETWORK"),
    ("/var/up/a.bin: Datei oder Verzeichnis nicht gefunden", "LOCAL_IO"),
    ("NSURLErrorDomain -1005 Die Netzwerkverbindung wurde unterbrochen.", "NETWORK"),
    (
        "[WinError 10061] Aucune connexion n’a pu être établie car l’ordinateur cible l’a expressément refusée",
        "NETWORK",
    ),
    ("Le nom distant n'a pas pu être résolu: 's3.example.com'", "NETWORK"),
    ("Connexion terminée par expiration du délai d'attente", "TIMEOUT"),
    (
        "[WinError 10061] No se puede conectar ya que el equipo de destino denegó expresamente dicha conexión",
        "NETWORK",
    ),
    ("Anulada la solicitud: No se puede crear un canal seguro SSL/TLS.", "TLS_ERROR"),
    ("Acceso denegado a la ruta de acceso 'C:\\up\\a.bin'.", "LOCAL_IO"),
    ("Impossibile stabilire la connessione. Rifiuto persistente del computer di destinazione.", "NETWORK"),
    ("Spazio esaurito sul device", "LOCAL_IO"),
    ("Nenhuma conexão pôde ser feita porque a máquina de destino as recusou ativamente.", "NETWORK"),
    ("corretamente o componente conectado não respondeu\ncorretamente após um período de tempo", "TIMEOUT"),
    ("Próba połączenia nie powiodła się, ponieważ połączona strona nie odpowiedziała poprawnie", "TIMEOUT"),
    ("Połączenie zerwane przez drugą stronę", "NETWORK"),
    ("Een bestaande verbinding is geforceerd gesloten door de externe host.", "NETWORK"),
    ("Удаленный хост принудительно разорвал существующее подключение.", "NETWORK"),
    ("Процесс не может получить доступ к файлу, так как этот файл занят другим процессом.", "LOCAL_IO"),
    ("open /var/up/a.bin: Отказано в доступе", "ACCESS_DENIED"),
    ("Hedef makine etkin olarak reddettiğinden bağlantı kurulamadı.", "NETWORK"),
    ("İsim ya da servis bilinmiyor", "NETWORK"),
    ("由于连接方在一段时间后没有正确答复或连接的主机没有反应，连接尝试失败。", "TIMEOUT"),
    ("对路径“C:\\up\\a.bin”的访问被拒绝。", "LOCAL_IO"),
    ("请求被中止: 未能创建 SSL/TLS 安全通道。", "TLS_ERROR"),
    ("接続済みの呼び出し先が一定の時間を過ぎても正しく応答しなかったため、接続できませんでした。", "TIMEOUT"),
    ("クロスオリジン要求をブロックしました: 同一生成元ポリシーにより", "CORS_BLOCKED"),
    ("대상 컴퓨터에서 연결을 거부했으므로 연결하지 못했습니다.", "NETWORK"),
    ("디스크 공간이 부족합니다.", "LOCAL_IO"),
]


@pytest.mark.parametrize(("text", "code"), SAID)
def test_a_failure_is_understood_in_the_words_of_its_system(text: str, code: str) -> None:
    assert classify(text).code is ErrorCode(code)
